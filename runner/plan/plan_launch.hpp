// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/backend.hpp"
#include "plan/boot_choice.hpp"
#include "plan/host_capabilities.hpp"
#include "plan/launch_plan.hpp"
#include "plan/machine_choice.hpp"
#include "plan/run_options.hpp"
#include "plan/run_resources.hpp"

namespace bootproof {

/// All that a plan depends on.
struct PlanInput {
    const TestDescriptor& descriptor;
    const ImageManifest& image;
    const RunOptions& options;
    const HostCapabilities& host;
    const RunResources& resources;
    MachineChoice machine;
    BackendChoice backend;
    BootChoice boot;
};

/// Decides how a test is run. Pure: the same input gives the same plan. Throws Error for what
/// cannot be expressed or is over a limit, naming the key of the descriptor.
LaunchPlan plan_launch(const PlanInput& input);

} // namespace bootproof
