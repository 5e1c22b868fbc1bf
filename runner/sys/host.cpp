// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/host.hpp"

#include <systemd/sd-daemon.h>

#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

namespace bootproof {

bool is_root() {
    return ::geteuid() == 0;
}

std::string host_identity() {
    utsname name{};
    ::uname(&name);
    return fmt::format("{} {} {}", name.nodename, name.release, name.version);
}

std::string cpu_identity() {
    std::ifstream file("/proc/cpuinfo");
    std::string identity;
    for (std::string line; std::getline(file, line) && !line.empty();)
        // These change while the host runs.
        if (!line.starts_with("cpu MHz") && !line.starts_with("bogomips")
            && !line.starts_with("BogoMIPS"))
            identity += line + ";";
    std::erase(identity, '\t');
    return identity;
}

std::string host_architecture() {
    utsname name{};
    ::uname(&name);
    const std::string machine = name.machine;
    if (machine == "x86_64")
        return "x86-64";
    return machine == "aarch64" ? "arm64" : machine;
}

bool has_service_manager() {
    return ::sd_booted() > 0;
}

bool has_unified_cgroups() {
    struct statfs info {};

    return ::statfs("/sys/fs/cgroup", &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC;
}

std::string own_cgroup() {
    constexpr std::string_view unified = "0::";
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(unified))
            return line.substr(unified.size());
    return {};
}

bool may_raise_limits() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    return ::syscall(SYS_capget, &header, data.data()) == 0
           && (data[CAP_TO_INDEX(CAP_SYS_RESOURCE)].effective & CAP_TO_MASK(CAP_SYS_RESOURCE)) != 0;
}

std::vector<std::string> unified_controllers() {
    std::ifstream table("/proc/cgroups");
    std::vector<std::string> controllers;
    for (std::string line; std::getline(table, line);) {
        std::istringstream row(line);
        std::string name;
        int hierarchy = -1;
        int groups = 0;
        int enabled = 0;
        // io is called blkio there.
        if (row >> name >> hierarchy >> groups >> enabled && hierarchy == 0 && enabled == 1)
            controllers.push_back(name == "blkio" ? "io" : name);
    }
    return controllers;
}

namespace {

/// In a table of the kernel's with a name and a number on each line; 0 where it is not there.
std::uint64_t number_in(const char* path, std::string_view sought) {
    std::ifstream table(path);
    for (std::string line; std::getline(table, line);) {
        std::istringstream row(line);
        std::string name;
        std::uint64_t value = 0;
        if (row >> name >> value && name == sought)
            return value;
    }
    return 0;
}

} // namespace

std::uint64_t available_memory() {
    return number_in("/proc/meminfo", "MemAvailable:") * 1024;
}

std::uint64_t oom_kills() {
    return number_in("/proc/vmstat", "oom_kill");
}

double load_average() {
    double load = 0;
    return ::getloadavg(&load, 1) == 1 ? load : 0;
}

unsigned processors() {
    return std::max(1U, std::thread::hardware_concurrency());
}

std::uint64_t open_files_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

} // namespace bootproof
