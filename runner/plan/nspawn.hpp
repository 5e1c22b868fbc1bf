// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/plan_launch.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Where the host's sockets are in the container.
inline constexpr std::string_view container_notify_socket = "/run/host/bootproof/notify";
inline constexpr std::string_view container_journal_socket = "/run/host/bootproof/journal";

/// The folder of the root file system in that of the site.
inline constexpr std::string_view container_root = "root";

/// A line on standard error for each reboot of the container.
inline constexpr std::string_view container_reboot_line = "bootproof-container-reboots";

/// What a container is started in.
struct ContainerSite {
    /// Is made; the root file system is put together in it, in a private mount namespace.
    std::filesystem::path directory;
    /// The image's tree; it stays as it is.
    std::filesystem::path tree;
    /// Empty where the host's service manager makes the control group.
    std::string cgroup;
    /// A reboot starts it again; otherwise it is its end.
    bool reboots = false;
};

/// The control group of a run, by the directory of the run; empty where the host's service manager
/// makes it.
std::string container_cgroup(const ContainerHost& host, const std::filesystem::path& run_directory);

/// The beginning of a command line: namespaces, control group, and an overlay of the tree at
/// DIRECTORY/root, in which the command that follows runs. When the process that it starts is
/// killed, everything in it goes, too.
std::vector<std::string>
container_site_command(const ContainerSite& site, const ContainerHost& host);

/// Where the container of a test is started.
ContainerSite container_site(const PlanInput& input, const LaunchPlan& decided);

/// What systemd-nspawn is told, whoever starts it, beside the directory and the machine's name.
struct ContainerArguments {
    std::vector<std::string> options;
    /// PID 1's, behind --boot.
    std::vector<std::string> manager;
};

ContainerArguments container_arguments(const PlanInput& input, const LaunchPlan& decided);

/// The whole command line; see systemd-nspawn(1).
std::vector<std::string> nspawn_command(const PlanInput& input, const LaunchPlan& decided);

} // namespace bootproof
