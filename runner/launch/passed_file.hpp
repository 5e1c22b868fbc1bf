// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"
#include "sys/unique_fd.hpp"

namespace bootproof {

/// What the machine of this plan is to get. Throws Error naming the file.
UniqueFd open_passed_file(const LaunchPlan& plan, const PassedFile& file);

} // namespace bootproof
