// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/saved_machines.hpp"
#include "observe/observation.hpp"
#include "plan/boot_class.hpp"
#include "plan/plan_launch.hpp"
#include "verdict/verdict.hpp"

#include <filesystem>
#include <optional>

namespace bootproof {

/// The machine that a test is forked from, held for as long as this lives.
struct PreparedFork {
    BootClass boot_class;
    HeldMachine machine;
    /// Why there is none.
    std::optional<Verdict> failure;
};

/// Boots and saves the machine first where there is none yet, or waits for another run that does.
PreparedFork prepare_fork(const PlanInput& input);

/// Counts the use; a machine that could not be loaded is made anew by the next run.
void settle_fork(const PreparedFork& fork, const PlanInput& input, const Observation& observation);

/// Where the files of the test's saved machine are, if there is one.
std::filesystem::path saved_machine_of(const PlanInput& input);

} // namespace bootproof
