// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

namespace bootproof {

/// What QEMU needs to save the state of a machine, or to go on from one that was saved.
void plan_machine_state(const PlanInput& input, LaunchPlan& plan);

/// The file that a resumed machine has in place of 'file': it has in it what the machine had
/// written. Any other has 'file'.
PassedFile going_on(const PlanInput& input, PassedFile file);

} // namespace bootproof
