// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"
#include "plan/plan_launch.hpp"
#include "verdict/verdict.hpp"

namespace bootproof {

/// Whether the machine of this run can be kept when its test fails, as was asked for; then there is
/// a directory for it. Otherwise says why not: the test runs all the same.
bool prepare_keep(const PlanInput& input);

/// Once the machine has ended: makes what it was saved to a machine that can be resumed, or removes
/// the directory. Whether there is one now.
bool settle_keep(const PlanInput& input, const Observation& observation, const Verdict& verdict);

} // namespace bootproof
