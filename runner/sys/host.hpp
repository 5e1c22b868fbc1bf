// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bootproof {

/// Whether the effective user is root.
bool is_root();

/// Name of the host and version of its kernel; see uname(2).
std::string host_identity();

/// Model and features of the first CPU; see proc_cpuinfo(5).
std::string cpu_identity();

/// As systemd and images have it: "x86-64", "arm64" (ConditionArchitecture= in systemd.unit(5)); of
/// others what the kernel calls it, see uname(2).
std::string host_architecture();

/// PID 1 is systemd, so that systemd-run(1) works; see sd_booted(3).
bool has_service_manager();

/// /sys/fs/cgroup is the unified hierarchy; see cgroups(7).
bool has_unified_cgroups();

/// The control group of this process in the unified hierarchy, from its root; see cgroups(7).
std::string own_cgroup();

/// The effective capability CAP_SYS_RESOURCE; see capabilities(7).
bool may_raise_limits();

/// Controllers that no cgroup v1 hierarchy has taken; see cgroups(7), /proc/cgroups.
std::vector<std::string> unified_controllers();

/// Bytes that a new program can have without swapping; see MemAvailable in proc_meminfo(5).
std::uint64_t available_memory();

/// Processes that the kernel has killed for lack of memory since it booted; see oom_kill in
/// /proc/vmstat.
std::uint64_t oom_kills();

/// Processes that want a CPU, over the last minute; see proc_loadavg(5).
double load_average();

unsigned processors();

/// How many files this process may have open; see RLIMIT_NOFILE in getrlimit(2).
std::uint64_t open_files_limit();

} // namespace bootproof
