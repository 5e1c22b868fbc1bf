// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/probe_libvirt.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "plan/libvirt.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

/// A daemon that has just been started asks every QEMU that is installed.
constexpr std::chrono::seconds ask_limit(60);

/// Fills what libvirt says of itself.
void ask(LibvirtHost& host) {
    const auto output =
        run_program({host.virsh.string(), "--connect", host.uri, "capabilities"}, ask_limit);
    if (!output.in_time || output.end.exit_status != 0) {
        host.fault = fmt::format(
            "libvirt does not answer at '{}': {}",
            host.uri,
            output.in_time ? one_line(last_line(output.text)) : "it took too long");
        return;
    }
    // Warnings may come before it.
    const auto from = std::min(output.text.find("<capabilities"), output.text.size());
    host.security_models = parse_security_models(std::string_view(output.text).substr(from));
}

} // namespace

LibvirtHost probe_libvirt(const RunOptions& options) {
    LibvirtHost host{
        .virsh = find_program("virsh", options.directories.search_path),
        // Each user has a libvirt of their own, with the machines as the user's processes; root has
        // that of the system whatever is asked for.
        .uri = is_root() ? "qemu:///system" : "qemu:///session",
        .fault = {},
        .security_models = {},
    };
    if (host.virsh.empty()) {
        host.fault = "'virsh' was not found in $PATH";
        return host;
    }
    try {
        ask(host);
    } catch (const Error& error) {
        host.fault = error.what();
    }
    return host;
}

} // namespace bootproof
