// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/credential.hpp"
#include "plan/plan_launch.hpp"

#include <optional>

namespace bootproof {

/// What was decided about a virtual machine before a backend's command line can be written.
struct MachineInput {
    const PlanInput& plan;
    const LaunchPlan& decided;
    const TransportedCredentials& credentials;
    /// Nothing for a direct boot.
    std::optional<FirmwareImage> firmware;
};

} // namespace bootproof
