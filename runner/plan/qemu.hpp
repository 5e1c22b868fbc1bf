// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/credential.hpp"
#include "plan/plan_launch.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// What was decided before the command line can be written.
struct QemuInput {
    const PlanInput& plan;
    const LaunchPlan& decided;
    const TransportedCredentials& credentials;
    /// Nothing for a direct boot.
    std::optional<FirmwareImage> firmware;
};

/// QEMU's argument list; see qemu-system(1).
std::vector<std::string> qemu_command(const QemuInput& input);

} // namespace bootproof
