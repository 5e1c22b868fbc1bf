// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

/// The control group that a machine of systemd-vmspawn gets where the runner is in no unit's; empty
/// where it is in one.
std::string vmspawn_cgroup(const VmspawnHost& host, const std::filesystem::path& run_directory);

/// What gives a command the surroundings that systemd-vmspawn asks for, as far as the host has not
/// got them; to be followed by the command, which the same process goes on as. Empty where it has
/// them all.
std::vector<std::string> vmspawn_site_command(
    const VmspawnHost& host, const std::filesystem::path& run_directory, const std::string& cgroup);

} // namespace bootproof
