// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/probe_container.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "launch/facts.hpp"
#include "launch/run_directory.hpp"
#include "plan/machine_choice.hpp"
#include "plan/nspawn.hpp"
#include "sys/cgroup.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

constexpr std::chrono::seconds try_limit(20);

/// What stands against it at first sight; empty when nothing does.
std::string missing_part(const ContainerHost& host, const ImageManifest& image) {
    if (host.nspawn.empty())
        return "'systemd-nspawn' was not found in $PATH (Debian: systemd-container)";
    if (!can_execute(host.nspawn))
        return fmt::format("'{}' cannot be executed", host.nspawn.string());
    if (!is_root())
        return "it takes root to mount the image's tree";
    std::error_code ignored;
    if (image.tree.empty() || !std::filesystem::is_directory(image.tree, ignored))
        return "the image has no tree beside its disk (meson compile mkosi builds it)";
    return {};
}

/// Why a container cannot even be prepared; empty when it can.
std::string
try_site(const ContainerHost& host, const ImageManifest& image, const RunOptions& options) {
    const RunDirectory directory(options.directories.runtime, "container-probe");
    const ContainerSite site{
        .directory = directory.path() / "container",
        .tree = image.tree,
        .cgroup = container_cgroup(host, directory.path()),
    };
    directory.record_cgroup(site.cgroup);
    auto command = container_site_command(site, host);
    command.emplace_back("true");
    try {
        const auto output = run_program(command, try_limit);
        if (output.end.exit_status == 0)
            return {};
        return output.in_time ? one_line(last_line(output.text)) : "preparing it took too long";
    } catch (const Error& error) {
        return error.what();
    }
}

} // namespace

ContainerHost probe_container(
    const TestDescriptor& descriptor, const ImageManifest& image, const RunOptions& options) {
    ContainerHost host;
    if (!why_vm(descriptor).empty() || asked_machine(options) == MachineRequest::vm)
        return host;
    host.nspawn = options.nspawn.empty()
                      ? find_program("systemd-nspawn", options.directories.search_path)
                      : options.nspawn;
    host.has_service_manager = has_service_manager();
    host.unified_cgroups = has_unified_cgroups();
    host.controllers = unified_controllers();
    host.may_raise_limits = may_raise_limits();
    host.fault = missing_part(host, image);
    if (!host.fault.empty())
        return host;
    const auto key = fmt::format(
        "{} {} {} {}",
        program_key(host.nspawn, file_stamp(host.nspawn).value_or(FileStamp{})),
        host.has_service_manager,
        host.unified_cgroups,
        image.tree.string());
    cached_facts(options.directories.cache / "facts-container", key, [&] {
        host.fault = try_site(host, image, options);
        return host.fault.empty() ? Facts{{"container", "prepared"}} : Facts();
    });
    return host;
}

} // namespace bootproof
