// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/vmspawn_site.hpp"

#include <fmt/format.h>

#include <string_view>

namespace bootproof {

namespace {

// Mounts are those of a private namespace.
constexpr std::string_view mount_cgroups = "mount -t cgroup2 bootproof /sys/fs/cgroup\n";

// With --keep-unit systemd-vmspawn looks at the name of its group for the unit it is in. 0 is
// the process that writes (cgroups(7)).
constexpr std::string_view enter_cgroup = "mkdir \"/sys/fs/cgroup/$1\"\n"
                                          "echo 0 >\"/sys/fs/cgroup/$1/cgroup.procs\"\n";

// systemd-vmspawn connects to the bus, and says nothing there. The bus goes with this process; its
// address comes as soon as it can be reached. What it complains about otherwise is of no interest.
constexpr std::string_view make_bus =
    "mkfifo \"$2/bus-address\"\n"
    "setpriv --pdeathsig=TERM \"$3\" --session --nofork --nopidfile --nosyslog "
    "--address=\"unix:path=$2/bus\" --print-address >\"$2/bus-address\" 2>\"$2/bus-errors\" &\n"
    "read -r DBUS_SYSTEM_BUS_ADDRESS <\"$2/bus-address\" ||\n"
    "{ cat \"$2/bus-errors\" >&2; exit 1; }\n"
    "export DBUS_SYSTEM_BUS_ADDRESS\n";

constexpr std::string_view run_command = "shift 3\n"
                                         "exec \"$@\"\n";

} // namespace

std::string vmspawn_cgroup(const VmspawnHost& host, const std::filesystem::path& run_directory) {
    return host.is_in_unit ? std::string()
                           : fmt::format("bootproof-{}.service", run_directory.filename().string());
}

std::vector<std::string> vmspawn_site_command(
    const VmspawnHost& host,
    const std::filesystem::path& run_directory,
    const std::string& cgroup) {
    if (cgroup.empty() && host.dbus_daemon.empty())
        return {};
    std::vector<std::string> command;
    std::string script;
    if (!cgroup.empty()) {
        command = {"unshare", "--mount", "--propagation=slave"};
        if (!host.unified_cgroups)
            script += mount_cgroups;
        script += enter_cgroup;
    }
    if (!host.dbus_daemon.empty())
        script += make_bus;
    script += run_command;
    command.insert(
        command.end(),
        {"sh",
         "-euc",
         script,
         "bootproof",
         cgroup,
         run_directory.string(),
         host.dbus_daemon.string()});
    return command;
}

} // namespace bootproof
