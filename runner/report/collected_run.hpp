// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace bootproof {

/// One of the runs that a report over many is made of.
struct CollectedRun {
    /// As its evidence is called: the test's name, with "-2" for the second repetition and so on.
    std::string name;
    const RunRecord& record;
    /// What the journal says before the test's unit ended, oldest first.
    std::vector<JournalLine> excerpt;
    /// What its screen showed, as PNG; empty where there is no picture, or no room for it.
    std::string screenshot;
};

/// What a report says first.
struct Totals {
    std::map<Outcome, std::size_t> outcomes;
    /// Neither passed nor skipped, in the order of their names.
    std::vector<const CollectedRun*> broken;
    /// At most five, the slowest first.
    std::vector<const CollectedRun*> slowest;
    /// The names of tests that have runs of both kinds.
    std::vector<std::string> flaky;
    /// Machine time of all runs together.
    Microseconds duration{};
};

/// Points into 'runs'.
Totals totals_of(std::span<const CollectedRun> runs);

/// "94 runs: 88 pass, 6 skip"
std::string headline(std::span<const CollectedRun> runs, const Totals& totals);

/// "12.3 s", "4 min 03 s", "1 h 12 min".
std::string human_time(Microseconds time);

} // namespace bootproof
