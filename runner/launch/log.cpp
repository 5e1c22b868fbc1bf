// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/log.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace bootproof {

void log_info(std::string_view text) {
    fmt::print(stderr, "bootproof: {}\n", text);
}

void log_warning(std::string_view text) {
    fmt::print(stderr, "bootproof: Warning: {}\n", text);
}

void log_error(std::string_view text, std::string_view hint) {
    fmt::print(stderr, "bootproof: {}\n", text);
    if (!hint.empty())
        fmt::print(stderr, "({})\n", hint);
}

void try_anyway(const std::function<void()>& attempt) {
    try {
        attempt();
    } catch (const Error& error) {
        log_warning(fmt::format("{}, ignoring", error.what()));
    }
}

void log_progress(
    std::chrono::microseconds since_start, const std::map<std::string, std::string>& fields) {
    const auto seconds = std::chrono::duration<double>(since_start).count();
    for (const auto& [key, label] :
         {std::pair("STATUS", ""), std::pair("X_SYSTEMD_UNIT_ACTIVE", "reached ")})
        if (const auto found = fields.find(key); found != fields.end())
            log_info(fmt::format("{:6.1f} s  {}{}", seconds, label, one_line(found->second)));
}

} // namespace bootproof
