// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace bootproof {

/// A part of a run's time: "before" (the runner looks at the host, waits, and saves a machine to
/// fork from), a phase of all_phases, or "unmeasured".
struct TimelinePiece {
    std::string_view name;
    Microseconds length{};
};

/// A run from the start of its runner to the end of its machine.
struct TimelineBar {
    const CollectedRun* run = nullptr;
    WallClock::time_point began;
    /// In their order, without gaps; none is empty.
    std::vector<TimelinePiece> pieces;
};

/// Runs that overlap, or follow each other within a minute: one invocation of Meson, as a rule.
struct Session {
    WallClock::time_point began;
    Microseconds length{};
    /// The first to begin is the first.
    std::vector<TimelineBar> bars;
};

std::vector<TimelinePiece> pieces_of(const RunRecord& record);

/// The earliest first. Points into 'runs'.
std::vector<Session> sessions_of(std::span<const CollectedRun> runs);

} // namespace bootproof
