// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// Whether the root file system of a virtual machine is the image's tree, which it has over
/// virtiofs, and not its disk.
bool has_root_directory(const TestDescriptor& descriptor, const ImageManifest& image);

/// How the machine comes up, of what the descriptor allows and image and host can. Throws Error
/// where nothing is left, naming what the image lacks.
Firmware decide_firmware(const PlanInput& input);

/// root= and what goes with it, for a direct boot.
std::vector<std::string> root_arguments(const PlanInput& input, Firmware firmware);

} // namespace bootproof
