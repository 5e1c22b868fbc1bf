// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"
#include "report/run_record.hpp"

#include <filesystem>
#include <string>

namespace bootproof {

// The directory of a run (LaunchPlan::evidence): what a person or a program needs that asks what
// became of it, under names that do not change (docs/evidence.md). What cannot be written is a
// warning, for it changes no verdict.

/// What is known before the machine starts: the plan, and a copy of the descriptor where that is a
/// file.
void keep_plan(const LaunchPlan& plan, const std::filesystem::path& descriptor);

/// Where the journal is in the end; empty when it is not kept.
std::filesystem::path
settle_journal(const LaunchPlan& plan, const Verdict& verdict, const RunOptions& options);

/// Where there is a picture of the screen in the end.
std::filesystem::path settle_screenshot(const LaunchPlan& plan);

/// What is known when it is over, and the same as JUnit. The first of a test's runs removes those
/// of repetitions that ended before it began.
void keep_verdict(const LaunchPlan& plan, const RunRecord& record, const std::string& junit);

/// The verdict of a run that came to no machine, in place of what the last one of the test has
/// left; what it has left itself in a place of its own stays, and the record then names it. The
/// descriptor's copy is for a repetition. False where another run has the place.
bool keep_verdict_alone(
    RunRecord& record,
    const std::filesystem::path& descriptor,
    const RunOptions& options,
    bool is_own_place);

/// Removes what earlier runs have left beside that directory, as far as it is too much or too old.
void remove_old_evidence(const std::filesystem::path& evidence, const EvidenceLimits& limits);

/// The events alone, of a machine that runs no test.
void keep_events(const LaunchPlan& plan, const Observation& observation);

} // namespace bootproof
