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

/// Descriptors that the machine gets: the first two where it is saved or forked, the third where it
/// has firmware. QEMU knows them as fdsets (-add-fd). sh(1) knows numbers up to 9.
inline constexpr int saved_state_fd = 7;
inline constexpr int disk_fd = 8;
inline constexpr int variables_fd = 9;

/// QEMU's argument list; see qemu-system(1).
std::vector<std::string> qemu_command(const QemuInput& input);

} // namespace bootproof
