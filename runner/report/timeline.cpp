// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/timeline.hpp"

#include <algorithm>
#include <numeric>

namespace bootproof {

namespace {

constexpr Microseconds session_gap = std::chrono::minutes(1);

TimelineBar bar_of(const CollectedRun& run) {
    return {
        .run = &run,
        .began = run.record.observation.started - run.record.before,
        .pieces = pieces_of(run.record)};
}

WallClock::time_point end_of(const Session& session) {
    return session.began + session.length;
}

WallClock::time_point end_of(const TimelineBar& bar) {
    const auto& observation = bar.run->record.observation;
    return observation.started + observation.duration;
}

} // namespace

std::vector<TimelinePiece> pieces_of(const RunRecord& record) {
    std::vector<TimelinePiece> pieces;
    const auto add = [&](std::string_view name, Microseconds length) {
        if (length > Microseconds(0))
            pieces.push_back({.name = name, .length = length});
    };
    add("before", record.before);
    // What the guest's clock says may be more than there was.
    auto left = record.observation.duration;
    for (const auto& [name, value] : all_phases)
        if (const auto& phase = record.phases.*value) {
            add(name, std::min(*phase, left));
            left -= std::min(*phase, left);
        }
    add("unmeasured", left);
    return pieces;
}

std::vector<Session> sessions_of(std::span<const CollectedRun> runs) {
    std::vector<TimelineBar> bars;
    std::ranges::transform(runs, std::back_inserter(bars), bar_of);
    std::ranges::stable_sort(bars, {}, &TimelineBar::began);
    std::vector<Session> sessions;
    for (auto& bar : bars) {
        if (sessions.empty() || bar.began > end_of(sessions.back()) + session_gap)
            sessions.push_back({.began = bar.began, .length = {}, .bars = {}});
        auto& session = sessions.back();
        const auto end = std::max(end_of(session), end_of(bar));
        session.length = std::chrono::duration_cast<Microseconds>(end - session.began);
        session.bars.push_back(std::move(bar));
    }
    return sessions;
}

} // namespace bootproof
