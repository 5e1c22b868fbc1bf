// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"

#include <string>
#include <string_view>

namespace bootproof {

/// What an executable of 'configure' reads: an object with "format": 1, what of the plan it may
/// change ("machine", "environment", "deadline-ms") and what helps it to decide. Throws Error where
/// an argument is not UTF-8, which JSON cannot say.
std::string plan_json(const LaunchPlan& plan);

/// The plan with what such an executable has changed. A member that it left out stays as it was.
/// Throws Error for what is no such object, for members that there are not, and for those that it
/// may not change.
LaunchPlan changed_plan(LaunchPlan plan, std::string_view json);

} // namespace bootproof
