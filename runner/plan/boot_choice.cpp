// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/boot_choice.hpp"

#include "plan/fault.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/root_file_system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace bootproof {

namespace {

/// Names and beginnings of names that something reads while the machine boots
/// (systemd.system-credentials(7)). Units and drop-ins are among them: those of other units than
/// the test's may be needed by what runs already.
constexpr auto boot_credentials = std::to_array<std::string_view>({
    "agetty.",   "cryptenroll.", "cryptsetup.", "firstboot.", "fstab.", "getty.",   "home.",
    "imds.",     "import.",      "iscsi.",      "journal.",   "login.", "network.", "passwd.",
    "pcrlock.",  "quotacheck.",  "rd.",         "shell.",     "ssh.",   "sysctl.",  "system.",
    "systemd.",  "sysusers.",    "tmpfiles.",   "tpm2-",      "tty.",   "udev.",    "userdb.",
    "vconsole.", "veritysetup.", "vmm.",
});

bool is_read_at_boot(const Credential& credential) {
    return std::ranges::any_of(boot_credentials, [&](std::string_view beginning) {
        return credential.name.starts_with(beginning);
    });
}

std::string why_own_boot_here(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const HostCapabilities& host) {
    if (auto reason = why_own_boot(descriptor); !reason.empty())
        return reason;
    if (options.console != Console::unattended)
        return "a person is at the console";
    // A machine to be kept has none, which those have that others are forked from.
    if (options.keep_failed && host.vsock)
        return "a machine to be kept has no vsock device ('--keep')";
    if (!can_save(host))
        return fmt::format("QEMU {} is too old to fork a machine (8.2)", host.qemu_version);
    if (auto reason = why_root_is_not_saved(descriptor, image); !reason.empty())
        return reason;
    if (!guest_abilities(image).takes_units)
        return fmt::format(
            "systemd {} of the image is too old to fork a machine (256)", image.systemd_version);
    // QEMU's hw/acpi/Kconfig: ACPI_VMGENID depends on PC. Without it clones would have the same
    // random numbers.
    if (image.architecture != "x86-64")
        return fmt::format("QEMU has no generation id for machines of {}", image.architecture);
    if (options.machines_directory.empty())
        return "there is no build directory to keep the saved machine in";
    if (host.qemu_img.empty())
        return "there is no qemu-img to make the saved machine's disk with";
    return host.saving_fault;
}

} // namespace

bool can_save(const HostCapabilities& host) {
    return host.has_qemu(8, 2);
}

std::string why_root_is_not_saved(const TestDescriptor& descriptor, const ImageManifest& image) {
    if (has_root_directory(descriptor, image))
        return "a directory is not saved with the machine whose root file system it is ('root')";
    const bool boots_directly =
        descriptor.firmware != Firmware::uefi && descriptor.firmware != Firmware::uefi_secure_boot
        && (descriptor.firmware != Firmware::automatic || !image.boots_through_firmware);
    return boots_directly && image.initrd.empty()
               ? "without an initrd the disk is NVMe, which QEMU does not save"
               : "";
}

std::string why_own_boot(const TestDescriptor& descriptor) {
    if (descriptor.firmware == Firmware::uefi_secure_boot)
        return "secure boot is only seen at boot ('firmware')";
    if (descriptor.storage == Storage::persistent)
        return "the journal is stored on disk from the boot on ('storage')";
    if (descriptor.reboots > 0)
        return "a machine that boots again is not the saved one ('reboots')";
    if (descriptor.rtc)
        return "the clock is set before the boot ('rtc')";
    if (descriptor.exit_code != TestDescriptor().exit_code)
        return "the exit status is rewritten while the machine shuts down ('exit-code')";
    if (!descriptor.cmdline.empty())
        return "kernel arguments are read at boot ('cmdline')";
    if (!descriptor.qemu_args.empty() || !descriptor.drives.empty() || !descriptor.devices.empty()
        || descriptor.disk_bytes > 0)
        return "the machine has devices of its own ('drives', 'devices', 'disk-size', 'qemu-args')";
    if (descriptor.tpm)
        return "the TPM measures the boot ('tpm')";
    if (const auto found = std::ranges::find_if(descriptor.credentials, is_read_at_boot);
        found != descriptor.credentials.end())
        return fmt::format("credential '{}' takes effect at boot", found->name);
    if (!descriptor.fw_cfg_credentials.empty())
        return "a credential of fw_cfg is read at boot ('fw-cfg-credentials')";
    if (!descriptor.firmware_variables.empty())
        return "the firmware reads its variables at boot ('firmware-variables')";
    if (!descriptor.configure.empty())
        return "an executable changes the plan ('configure')";
    return {};
}

BootChoice choose_boot(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const HostCapabilities& host,
    const MachineChoice& machine,
    Backend backend) {
    const auto asked = asked_boot(descriptor, options);
    if (machine.kind == MachineKind::container)
        return {.kind = BootKind::own, .reason = "a container boots in no time"};
    if (asked == Boot::own)
        return {
            .kind = BootKind::own,
            .reason = options.boot ? "a boot of its own was asked for"
                                   : "'boot: own' in the declaration"};
    if (auto reason = backend == Backend::qemu
                          ? why_own_boot_here(descriptor, image, options, host)
                          : fmt::format("{} forks no machines", program_name(backend));
        !reason.empty()) {
        if (asked == Boot::fork)
            throw fault(
                descriptor,
                "boot",
                fmt::format("The test cannot be forked: {}", reason),
                "Say 'boot: auto' or --boot=auto to boot where that is so");
        return {.kind = BootKind::own, .reason = std::move(reason)};
    }
    return {
        .kind = BootKind::forked,
        .reason = options.boot          ? "a fork was asked for"
                  : asked == Boot::fork ? "'boot: fork' in the declaration"
                                        : "nothing in the declaration needs a boot of its own"};
}

} // namespace bootproof
