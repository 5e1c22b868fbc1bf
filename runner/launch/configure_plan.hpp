// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "plan/launch_plan.hpp"

namespace bootproof {

/// The plan as the test's 'configure' changed it: an executable that gets it as JSON on standard
/// input (plan/plan_json.hpp), prints what it becomes on standard output, and has a minute for it.
/// The plan itself where the test has none. Throws Error naming the executable when it fails or
/// says what cannot be.
LaunchPlan configure_plan(LaunchPlan plan, const TestDescriptor& descriptor);

} // namespace bootproof
