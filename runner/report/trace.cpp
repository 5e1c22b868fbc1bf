// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/trace.hpp"

#include "base/printable.hpp"
#include "report/timeline.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace bootproof {

namespace {

using Json = nlohmann::ordered_json;

constexpr int process = 1;

std::int64_t since_epoch(WallClock::time_point time) {
    return std::chrono::duration_cast<Microseconds>(time.time_since_epoch()).count();
}

Json name_event(const char* what, int thread, std::string_view name) {
    return {
        {"ph", "M"},
        {"name", what},
        {"pid", process},
        {"tid", thread},
        {"args", {{"name", printable_line(name)}}}};
}

Json slice(int thread, std::string_view name, WallClock::time_point began, Microseconds length) {
    return {
        {"ph", "X"},
        {"name", printable_line(name)},
        {"pid", process},
        {"tid", thread},
        {"ts", since_epoch(began)},
        {"dur", length.count()}};
}

void add_bar(Json& events, const TimelineBar& bar, int thread) {
    const auto& record = bar.run->record;
    events.push_back(name_event("thread_name", thread, bar.run->name));
    auto whole = slice(
        thread,
        fmt::format("{}: {}", bar.run->name, to_string(record.verdict.outcome)),
        bar.began,
        record.before + record.observation.duration);
    whole["args"] = {
        {"outcome", to_string(record.verdict.outcome)},
        {"reason", record.verdict.reason},
        {"text", printable_line(record.verdict.text)},
        {"rerun", record.rerun_command}};
    events.push_back(std::move(whole));
    auto at = bar.began;
    for (const auto& piece : bar.pieces) {
        events.push_back(slice(thread, piece.name, at, piece.length));
        at += piece.length;
    }
}

} // namespace

std::string trace_json(std::span<const CollectedRun> runs) {
    auto events = Json::array({name_event("process_name", 0, "bootproof")});
    int thread = 0;
    for (const auto& session : sessions_of(runs))
        for (const auto& bar : session.bars)
            add_bar(events, bar, ++thread);
    const Json trace{{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}};
    return trace.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace bootproof
