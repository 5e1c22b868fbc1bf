// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/acquire.hpp"
#include "observe/observation.hpp"
#include "plan/launch_plan.hpp"
#include "plan/run_options.hpp"

#include <string>

namespace bootproof {

/// Runs the machine to its end, and then reads its console and its journal. 'unit' is whose times
/// and last lines are looked for.
Observation observe_run(
    const LaunchPlan& plan,
    const std::string& unit,
    const RunOptions& options,
    const AcquiredResources& resources);

} // namespace bootproof
