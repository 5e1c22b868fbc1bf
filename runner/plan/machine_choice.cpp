// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/machine_choice.hpp"

#include "base/error.hpp"
#include "base/exit_statuses.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bootproof {

namespace {

bool needs(const TestDescriptor& descriptor, Need need) {
    return std::ranges::find(descriptor.needs, need) != descriptor.needs.end();
}

/// What systemd's tests of resource control write to.
std::string missing_controllers(const ContainerHost& host) {
    std::vector<std::string_view> missing;
    for (const std::string_view controller : {"cpu", "io", "memory", "pids"})
        if (std::ranges::find(host.controllers, controller) == host.controllers.end())
            missing.push_back(controller);
    return fmt::format("{}", fmt::join(missing, ", "));
}

std::string why_vm_here(
    const TestDescriptor& descriptor, const RunOptions& options, const ContainerHost& host) {
    if (auto reason = why_vm(descriptor); !reason.empty())
        return reason;
    if (asked_boot(descriptor, options) == Boot::fork)
        return "a fork was asked for, and a container is not forked ('boot')";
    if (asked_machine(options) == MachineRequest::vm)
        return "a virtual machine was asked for";
    if (!host.fault.empty())
        return fmt::format("no container can be run here: {}", host.fault);
    if (const auto missing = missing_controllers(host);
        needs(descriptor, Need::cgroup_controllers) && !missing.empty())
        return fmt::format("containers here lack the cgroup controllers {}", missing);
    if (needs(descriptor, Need::resource_limits) && !host.may_raise_limits)
        return "containers here may not raise resource limits (CAP_SYS_RESOURCE)";
    return {};
}

} // namespace

std::string why_vm(const TestDescriptor& descriptor) {
    if (descriptor.vm)
        return "'vm: true' in the declaration";
    if (descriptor.firmware == Firmware::uefi || descriptor.firmware == Firmware::uefi_secure_boot)
        return "a container has no firmware ('firmware')";
    if (descriptor.root == Root::disk)
        return "a container's root file system is no disk ('root')";
    if (!descriptor.qemu_args.empty())
        return "a container has no QEMU ('qemu-args')";
    if (!descriptor.firmware_variables.empty())
        return "a container has no firmware ('firmware-variables')";
    if (!descriptor.fw_cfg_credentials.empty())
        return "a container has no fw_cfg ('fw-cfg-credentials')";
    if (!descriptor.drives.empty() || !descriptor.devices.empty() || descriptor.disk_bytes > 0)
        return "a container has no devices ('drives', 'devices', 'disk-size')";
    if (descriptor.tpm)
        return "a container has no TPM ('tpm')";
    if (descriptor.exit_code == container_reboot_status)
        return "systemd-nspawn keeps this status for reboots ('exit-code')";
    if (descriptor.rtc)
        return "a container has no clock of its own ('rtc')";
    if (needs(descriptor, Need::kernel_modules))
        return "modules would be loaded into the host's kernel ('needs: kernel-modules')";
    if (needs(descriptor, Need::coredumps))
        return "core dumps of a container go to the host ('needs: coredumps')";
    return {};
}

MachineChoice choose_machine(
    const TestDescriptor& descriptor, const RunOptions& options, const ContainerHost& host) {
    const bool asked = asked_machine(options) == MachineRequest::container;
    if (asked && !host.fault.empty() && why_vm(descriptor).empty())
        throw Error(
            fmt::format("A container was asked for, but cannot be run here: {}", host.fault),
            ask_doctor("Leave out --machine and --backend to take a virtual machine"));
    if (auto reason = why_vm_here(descriptor, options, host); !reason.empty())
        return {.kind = MachineKind::vm, .reason = std::move(reason)};
    return {
        .kind = MachineKind::container,
        .reason = asked ? "a container was asked for"
                        : "nothing in the declaration needs a virtual machine"};
}

std::optional<Skip> decide_machine_skip(const RunOptions& options, const MachineChoice& choice) {
    if (options.machine != MachineRequest::container || choice.kind == MachineKind::container)
        return std::nullopt;
    return Skip{
        "no-vm",
        fmt::format(
            "The test needs a virtual machine: {} (TEST_NO_QEMU or --machine=container is set)",
            choice.reason)};
}

} // namespace bootproof
