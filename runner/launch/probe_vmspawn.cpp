// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/probe_vmspawn.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "launch/run_directory.hpp"
#include "plan/vmspawn_site.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/run_program.hpp"
#include "sys/socket.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

constexpr std::chrono::seconds try_limit(20);

/// A slice may be above it, but no process is in one.
bool is_in_unit(std::string_view cgroup) {
    return cgroup.find(".service") != std::string_view::npos
           || cgroup.find(".scope") != std::string_view::npos;
}

/// Why the bus of the user who is not root is of no use; empty when it is.
std::string user_bus_fault(const RunOptions& options) {
    const auto bus = options.directories.runtime.parent_path() / "bus";
    if (can_connect_unix(bus))
        return {};
    return fmt::format(
        "systemd-vmspawn asks the user's service manager for a scope, and nobody listens on '{}'",
        bus.string());
}

std::string system_bus_fault(const RunOptions& options, VmspawnHost& host) {
    if (can_connect_unix("/run/dbus/system_bus_socket"))
        return {};
    host.dbus_daemon = find_program("dbus-daemon", options.directories.search_path);
    if (!host.dbus_daemon.empty())
        return {};
    return "systemd-vmspawn wants to reach a system bus, and there is neither one nor a "
           "'dbus-daemon' in $PATH to make one";
}

/// Why the surroundings of systemd-vmspawn cannot be made; empty when they can.
std::string try_site(const RunOptions& options, const VmspawnHost& host) {
    const RunDirectory directory(options.directories.runtime, "vmspawn-probe");
    const auto cgroup = vmspawn_cgroup(host, directory.path());
    auto command = vmspawn_site_command(host, directory.path(), cgroup);
    if (command.empty())
        return {};
    directory.record_cgroup(cgroup);
    command.emplace_back("true");
    const auto output = run_program(command, try_limit);
    if (output.end.exit_status == 0)
        return {};
    return fmt::format(
        "systemd-vmspawn wants to be in the control group of a unit and to reach a system bus, "
        "which cannot be made here: {}",
        output.in_time ? one_line(last_line(output.text)) : "it took too long");
}

std::string fault_of(const RunOptions& options, VmspawnHost& host) {
    if (host.program.empty())
        return "'systemd-vmspawn' was not found in $PATH (Debian: systemd-container)";
    if (find_program("systemd-socket-activate", options.directories.search_path).empty())
        return "'systemd-socket-activate' was not found in $PATH, which systemd-vmspawn looks for";
    const auto output = read_output({host.program.string(), "--version"});
    // "systemd 262 (262.1-1)"
    host.version = first_number(output);
    if (host.version == 0)
        return fmt::format(
            "'{}' does not say its version: {}", host.program.string(), one_line(output));
    if (!is_root())
        return user_bus_fault(options);
    if (auto fault = system_bus_fault(options, host); !fault.empty())
        return fault;
    return try_site(options, host);
}

} // namespace

VmspawnHost probe_vmspawn(const RunOptions& options) {
    const bool unified = has_unified_cgroups();
    VmspawnHost host{
        .program = find_program("systemd-vmspawn", options.directories.search_path),
        .version = 0,
        .architecture = host_architecture(),
        .dbus_daemon = {},
        // Where nothing can be changed, nothing is.
        .is_in_unit = !is_root() || (unified && is_in_unit(own_cgroup())),
        .unified_cgroups = unified,
        .fault = {},
    };
    try {
        host.fault = fault_of(options, host);
    } catch (const Error& error) {
        host.fault = error.what();
    }
    return host;
}

} // namespace bootproof
