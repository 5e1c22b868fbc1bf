// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// What the guest knows the root directory by.
inline constexpr std::string_view root_directory_tag = "root";

/// virtiofsd(1) with an overlay of the image's tree, which goes with the machine. Throws Error
/// where image or host have not what it takes.
PlannedHelper root_directory_helper(const PlanInput& input);

/// What connects QEMU to it, and lets it see the machine's memory.
std::vector<std::string> root_directory_arguments(const PlanInput& input);

} // namespace bootproof
