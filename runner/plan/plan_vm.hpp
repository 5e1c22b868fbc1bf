// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

namespace bootproof {

/// The part of a plan that is QEMU's; see plan_launch().
void plan_vm(const PlanInput& input, LaunchPlan& plan);

} // namespace bootproof
