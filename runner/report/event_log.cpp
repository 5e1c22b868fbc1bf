// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/event_log.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>

namespace bootproof {

namespace {

double seconds(Microseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

std::string event_log(const Observation& observation) {
    std::multimap<Microseconds, std::string> lines;
    for (const auto& message : observation.messages) {
        std::string text;
        for (const auto& [name, value] : message.fields)
            text += fmt::format(" {}={}", one_line(name), one_line(value));
        lines.emplace(message.at, "notify" + text);
    }
    for (const auto& event : observation.events)
        lines.emplace(
            event.at, fmt::format("qmp    {} {}", one_line(event.name), one_line(event.reason)));
    std::string log;
    for (const auto& [at, line] : lines)
        log += fmt::format("{:10.3f} {}\n", seconds(at), line);
    return log;
}

} // namespace bootproof
