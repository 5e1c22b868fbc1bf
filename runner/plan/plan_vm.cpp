// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan_vm.hpp"

#include "base/error.hpp"
#include "plan/attach_agent.hpp"
#include "plan/boot_class.hpp"
#include "plan/credential.hpp"
#include "plan/devices.hpp"
#include "plan/display.hpp"
#include "plan/fault.hpp"
#include "plan/firmware.hpp"
#include "plan/fork_agent.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/guest_credentials.hpp"
#include "plan/keep_agent.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/libvirt.hpp"
#include "plan/machine_state.hpp"
#include "plan/mkosi.hpp"
#include "plan/older_guest.hpp"
#include "plan/qemu.hpp"
#include "plan/qmp_command.hpp"
#include "plan/relay.hpp"
#include "plan/root_file_system.hpp"
#include "plan/tpm.hpp"
#include "plan/virtiofs.hpp"
#include "plan/vmspawn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace bootproof {

namespace {

std::string qemu_architecture(const ImageManifest& image) {
    return image.architecture == "arm64" ? "aarch64" : "x86_64";
}

std::string_view describe(FirmwareKeys keys) {
    switch (keys) {
    case FirmwareKeys::none:
        break;
    case FirmwareKeys::enrolled:
        return " with secure boot and enrolled keys";
    case FirmwareKeys::brought:
        return " with secure boot";
    }
    return "";
}

std::optional<FirmwareImage> find_firmware(const PlanInput& input, Firmware firmware) {
    if (boots_directly(firmware)) {
        if (!input.descriptor.firmware_variables.empty())
            throw fault(
                input.descriptor,
                "firmware-variables",
                "There is no firmware that would have variables",
                "Declare 'firmware: uefi' or 'firmware: uefi-secure-boot'");
        return std::nullopt;
    }
    const bool secure_boot = firmware == Firmware::uefi_secure_boot;
    auto variables = input.descriptor.firmware_variables;
    if (secure_boot && variables.empty())
        variables = input.image.firmware_variables;
    const auto keys = !secure_boot        ? FirmwareKeys::none
                      : variables.empty() ? FirmwareKeys::enrolled
                                          : FirmwareKeys::brought;
    if (auto found = choose_firmware(input.host.firmware, qemu_architecture(input.image), keys)) {
        if (!variables.empty())
            found->variables_template = variables;
        return found;
    }
    throw fault(
        input.descriptor,
        "firmware",
        fmt::format(
            "No UEFI firmware{} for {} was found in QEMU's firmware descriptors",
            describe(keys),
            qemu_architecture(input.image)),
        ask_doctor(
            "Install OVMF (Debian: ovmf, arm64: qemu-efi-aarch64), or declare 'firmware: linux'"));
}

std::string why_no_kvm(const HostCapabilities& host) {
    return host.kvm_fault.empty() ? "there is no /dev/kvm" : host.kvm_fault;
}

std::string why_accelerator(const PlanInput& input) {
    if (input.options.accelerator != AcceleratorChoice::automatic)
        return "it was asked for";
    return input.host.kvm_proven ? "a test boot has proven it" : why_no_kvm(input.host);
}

std::string decide_accelerator(const PlanInput& input) {
    switch (input.options.accelerator) {
    case AcceleratorChoice::tcg:
        return "tcg";
    case AcceleratorChoice::kvm:
        if (!input.host.kvm_proven)
            throw Error(
                "KVM was asked for, but does not work here: " + why_no_kvm(input.host),
                ask_doctor("Leave out --accel=kvm to run under TCG"));
        return "kvm";
    case AcceleratorChoice::automatic:
        break;
    }
    return input.host.kvm_proven ? "kvm" : "tcg";
}

std::vector<Credential> vsock_credentials(const VsockResources& vsock, const ImageManifest& image) {
    // vsock-stream and not vsock, which would try datagrams first (systemd.system-credentials(7));
    // 2 is the host.
    std::vector<Credential> credentials{
        {.name = "vmm.notify_socket",
         .value = fmt::format("vsock-stream:2:{}", vsock.notify_port)}};
    if (guest_abilities(image).takes_journal_settings)
        credentials.push_back(
            {.name = "journal.forward_to_socket",
             .value = fmt::format("vsock-stream:2:{}", vsock.journal_port)});
    return credentials;
}

/// How the guest reaches the host.
std::vector<Credential> channel_credentials(const PlanInput& input) {
    std::vector<Credential> credentials;
    const auto append = [&](std::vector<Credential> more) {
        std::ranges::move(more, std::back_inserter(credentials));
    };
    if (notifies_over_vsock(input))
        append(vsock_credentials(*input.resources.vsock, input.image));
    else
        append(needs_notify_relay(input) ? notify_relay() : status_units(input));
    if (!sends_journal_over_vsock(input))
        append(journal_relay(input));
    if (input.boot.kind != BootKind::own)
        append(fork_agent());
    else if (keeps_failed(input))
        append(keep_units(input));
    if (why_not_attached(input).empty())
        append(attach_units());
    return credentials;
}

std::vector<std::string>
decide_kernel_command_line(const PlanInput& input, const LaunchPlan& plan) {
    std::vector<std::string> words;
    if (loads_kernel(input.image, plan.firmware)) {
        // A boot loader would have brought the image's own line and found the root file system.
        std::istringstream own(input.image.kernel_command_line);
        for (std::string word; own >> word;)
            words.push_back(word);
        for (auto& word : root_arguments(input, plan.firmware))
            words.push_back(std::move(word));
    }
    // With no socket for the serial one the console is the backend's own.
    if (!plan.console_socket.empty() || describes_machine(input.backend.backend))
        words.push_back(input.image.architecture == "arm64" ? "console=ttyAMA0" : "console=ttyS0");
    const auto extra = extra_kernel_arguments(input, plan.accelerator);
    words.insert(words.end(), extra.begin(), extra.end());
    return words;
}

void check_credentials(const PlanInput& input, const LaunchPlan& plan, bool by_smbios) {
    // QEMU makes one structure of all strings, whose count is a byte; two more are the kernel
    // command line.
    const std::size_t limit = boots_directly(plan.firmware) ? 255 : 253;
    if (by_smbios && plan.credentials.size() > limit)
        throw fault(
            input.descriptor,
            "credentials",
            fmt::format(
                "There are {} credentials, with the runner's own, but an SMBIOS table has room for "
                "{}",
                plan.credentials.size(),
                limit));
}

void check_fw_cfg_credentials(
    const TestDescriptor& test,
    const std::string& key,
    const std::vector<Credential>& credentials) {
    for (const auto& credential : credentials)
        if (!fits_fw_cfg(credential))
            throw fault(
                test,
                key,
                fmt::format(
                    "'{}' is too long for fw_cfg, which takes names of at most {} characters",
                    credential.name,
                    longest_fw_cfg_name));
}

void check_kernel_command_line(
    const PlanInput& input, const std::vector<std::string>& words, bool has_smbios) {
    // In a boot by the disk's own loader the image's line comes on top of ours.
    const auto size =
        join_kernel_arguments(words).size() + 1 + input.image.kernel_command_line.size();
    if (size >= kernel_command_line_limit)
        throw fault(
            input.descriptor,
            "cmdline",
            fmt::format(
                "The kernel command line would have {} characters, but the kernel reads only {}",
                size,
                kernel_command_line_limit - 1),
            // Names over what fw_cfg takes travel here; see transport_credentials().
            has_smbios ? "Shorten 'cmdline', or pass the values as credentials"
                       : "Without SMBIOS the credentials take the room: declare 'firmware: uefi'");
}

void plan_channels(const PlanInput& input, LaunchPlan& plan) {
    plan.qmp_socket = plan.directory / "qmp";
    if (input.options.console == Console::unattended)
        plan.console_socket = plan.directory / "console";
    if (!notifies_over_vsock(input))
        plan.notify_socket = plan.directory / "notify";
    if (!sends_journal_over_vsock(input))
        plan.journal_socket = plan.directory / "journal";
    if (why_not_attached(input).empty())
        plan.attach_socket = plan.directory / attach_socket_name;
}

void plan_devices(const PlanInput& input, LaunchPlan& plan) {
    const auto& test = input.descriptor;
    check_devices(test);
    if (!describes_machine(input.backend.backend))
        return;
    if (input.backend.backend == Backend::qemu)
        for (auto& file : drive_files(test, plan.directory))
            plan.passed_files.push_back(going_on(input, std::move(file)));
    if (test.tpm)
        plan.helpers.push_back(tpm_helper(input));
    const bool has_disk = !has_root_directory(test, input.image);
    if (!has_disk)
        plan.helpers.push_back(root_directory_helper(input));
    if (!has_disk && test.disk_bytes > 0)
        throw fault(
            test,
            "disk-size",
            "The machine has no disk that could be larger: its root file system is a directory",
            "Declare 'root: disk'");
    if (test.disk_bytes > 0 && !input.boot.resumed)
        plan.qmp_commands += qmp_grow(test.disk_bytes);
}

TransportedCredentials transport(const PlanInput& input, const LaunchPlan& plan, bool has_smbios) {
    const auto& test = input.descriptor;
    // fw_cfg is slower, and older guests read all of it.
    const bool reads_smbios = guest_abilities(input.image).reads_all_of_smbios;
    const bool by_smbios = has_smbios && reads_smbios;
    check_credentials(input, plan, by_smbios);
    if (!reads_smbios)
        check_fw_cfg_credentials(test, "credentials", plan.credentials);
    check_fw_cfg_credentials(test, "fw-cfg-credentials", test.fw_cfg_credentials);
    TransportedCredentials transported;
    transport_credentials(
        plan.credentials,
        !by_smbios                                  ? CredentialTransport::fw_cfg
        : input.backend.backend == Backend::libvirt ? CredentialTransport::strings
                                                    : CredentialTransport::smbios,
        plan.directory,
        transported);
    transport_credentials(
        test.fw_cfg_credentials, CredentialTransport::fw_cfg, plan.directory, transported);
    return transported;
}

void plan_command(const MachineInput& input, LaunchPlan& plan) {
    switch (plan.backend) {
    case Backend::qemu:
        plan.machine = qemu_command(input);
        return;
    case Backend::mkosi:
        plan_mkosi_vm(input, plan);
        return;
    case Backend::vmspawn:
        plan_vmspawn(input, plan);
        return;
    case Backend::libvirt:
        plan_libvirt(input, plan);
        return;
    case Backend::nspawn:
        break;
    }
    throw std::logic_error("This backend runs no virtual machine");
}

/// Everything about the machine but what tells tests apart, which the forked one learns later.
void plan_machine(const PlanInput& input, LaunchPlan& plan) {
    plan.accelerator = decide_accelerator(input);
    plan.accelerator_reason = why_accelerator(input);
    plan.firmware = decide_firmware(input);
    plan.overlay_directory = input.resources.overlay_directory;
    plan.environment = {{"TMPDIR", input.resources.overlay_directory.string()}};
    plan_channels(input, plan);
    plan_devices(input, plan);
    plan_screenshot(input, plan);
    const auto firmware = find_firmware(input, plan.firmware);
    if (firmware && input.backend.backend == Backend::qemu)
        plan.passed_files.push_back(going_on(
            input,
            {.number = variables_fd,
             .path = firmware->variables_template,
             .access = PassedFile::Access::copy}));
    plan.credentials = guest_credentials(input, channel_credentials(input));
    plan.kernel_command_line = decide_kernel_command_line(input, plan);
    const bool has_smbios = input.image.architecture == "x86-64" || firmware;
    const auto transported = transport(input, plan, has_smbios);
    plan.files = transported.files;
    plan.kernel_command_line.insert(
        plan.kernel_command_line.end(),
        transported.kernel_arguments.begin(),
        transported.kernel_arguments.end());
    check_kernel_command_line(input, plan.kernel_command_line, has_smbios);
    plan_command(
        {.plan = input, .decided = plan, .credentials = transported, .firmware = firmware}, plan);
}

} // namespace

void plan_vm(const PlanInput& input, LaunchPlan& plan) {
    plan_machine_state(input, plan);
    if (input.boot.kind != BootKind::forked) {
        plan_machine(input, plan);
        return;
    }
    const auto shared = class_descriptor(input.descriptor);
    plan_machine(
        {shared,
         input.image,
         input.options,
         input.host,
         input.resources,
         input.machine,
         input.backend,
         input.boot},
        plan);
    if (input.boot.resumed)
        return;
    plan.end_message = end_message(input.resources);
    plan.agent_instructions = fork_instructions(input);
}

} // namespace bootproof
