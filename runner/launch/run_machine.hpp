// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/acquire.hpp"
#include "observe/observation.hpp"
#include "plan/launch_plan.hpp"
#include "plan/run_options.hpp"

namespace bootproof {

/// Carries the plan out: makes its files and sockets, starts the machine, and watches it to its
/// end. A test that fails, hangs or dies is an observation; only what the host cannot do throws
/// Error. Returns with no process left.
Observation
run_machine(const LaunchPlan& plan, const AcquiredResources& resources, const RunOptions& options);

} // namespace bootproof
