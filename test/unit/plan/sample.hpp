// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// All that a plan depends on, to be changed before it is made: a test on x86-64 by direct boot,
/// without vsock, on a host that is not root and has no KVM.
struct PlanSample {
    TestDescriptor descriptor;
    ImageManifest image;
    RunOptions options;
    HostCapabilities host;
    RunResources resources;
    MachineChoice machine;
    BackendChoice backend;
    BootChoice boot;

    PlanSample();

    [[nodiscard]] PlanInput input() const {
        return {descriptor, image, options, host, resources, machine, backend, boot};
    }

    [[nodiscard]] LaunchPlan plan() const { return plan_launch(input()); }

    /// What plan() says is wrong; empty when nothing is.
    [[nodiscard]] std::string fault() const;

    void use_vsock();
    /// The test goes on from a saved machine.
    void use_fork();
    /// arm64, for direct boot.
    void use_arm();
};

/// The arguments of each use of an option.
std::vector<std::string>
values_of(const std::vector<std::string>& command, std::string_view option);

/// The value of a credential; a failed check when it is not sent.
std::string value_of(const std::vector<Credential>& credentials, std::string_view name);
bool has(const std::vector<Credential>& credentials, std::string_view name);
bool has(const std::vector<std::string>& words, std::string_view word);

} // namespace bootproof
