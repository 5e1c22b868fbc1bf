// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/machine_input.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// The descriptor of the picture of a machine's screen.
inline constexpr int screenshot_fd = 4;

/// QEMU's -device for a screen, where a firmware shows something and the test has no display of its
/// own.
std::vector<std::string> display_arguments(const PlanInput& input, Firmware firmware);

/// Where the machine has a screen: the file for the picture of it.
void plan_screenshot(const PlanInput& input, LaunchPlan& plan);

} // namespace bootproof
