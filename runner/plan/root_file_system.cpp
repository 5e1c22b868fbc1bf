// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/root_file_system.hpp"

#include "plan/fault.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/keep_agent.hpp"
#include "plan/virtiofs.hpp"
#include "plan/vmspawn.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

bool boots_through_firmware(const PlanInput& input) {
    return input.image.boots_through_firmware && !has_root_directory(input.descriptor, input.image);
}

/// Whether the disk may be NVMe, which a kernel without an initrd finds by itself: it cannot be
/// saved with a machine, and other backends choose the disk themselves.
bool may_have_nvme_disk(const PlanInput& input) {
    if (input.backend.backend == Backend::vmspawn)
        return has_nvme_disk(input.host.vmspawn);
    return describes_machine(input.backend.backend) && input.boot.kind == BootKind::own
           && !keeps_failed(input);
}

/// Where there are more NVMe disks, another may get the name that the root file system is looked
/// for under.
bool boots_without_initrd(const PlanInput& input) {
    const auto& image = input.image;
    if (has_root_directory(input.descriptor, image))
        return image.boots_tree_without_initrd;
    const bool has_other_nvme =
        std::ranges::any_of(input.descriptor.devices, [](const std::string& device) {
            return device.starts_with("nvme");
        });
    return image.boots_without_initrd && may_have_nvme_disk(input)
           && (image.has_partitions || image.initrd.empty() || !has_other_nvme);
}

Error lack(const PlanInput& input, const std::string& text, const std::string& hint) {
    return Error(fmt::format("{}: {}", input.descriptor.image.string(), text), hint);
}

void check_direct_boot(const PlanInput& input, Firmware firmware) {
    const auto& image = input.image;
    const std::string_view otherwise =
        boots_through_firmware(input) && guest_abilities(image).has_boot_loader_arguments
            ? ", or declare 'firmware: uefi'"
            : "";
    if (image.kernel.empty())
        throw lack(
            input,
            "The image has no 'kernel', which a direct boot starts",
            fmt::format("Name the file in the manifest{}", otherwise));
    if (firmware == Firmware::linux && image.initrd.empty())
        throw lack(
            input,
            "The image has no 'initrd', which its kernel needs to boot on this machine",
            fmt::format(
                "Name the file in the manifest, or say there that it "
                "'boots-without-initrd'{}",
                otherwise));
    if (image.root.empty() && image.has_partitions && !has_root_directory(input.descriptor, image))
        throw lack(
            input,
            "The image does not say which partition is its 'root', as a direct boot has to",
            fmt::format("Say 'PARTUUID=…' in the manifest{}", otherwise));
}

/// Throws Error where the disk cannot do what was asked for.
void check_firmware(const PlanInput& input) {
    if (boots_through_firmware(input))
        return;
    const auto& image = input.image;
    throw fault(
        input.descriptor,
        "firmware",
        has_root_directory(input.descriptor, image)
            ? "Firmware boots from a disk, and the root file system is a directory"
        : image.has_partitions
            ? "The image's boot loader would not take kernel arguments from the runner "
              "('boots-through-firmware' in the manifest)"
            : "Firmware boots from a disk with partitions, and the image's has none",
        "Declare 'firmware: linux', or take another image");
}

/// What the firmware is handed where the boot loader on the disk could not be told anything.
Firmware boot_through_firmware(const PlanInput& input, Firmware firmware) {
    check_firmware(input);
    if (loads_kernel(input.image, firmware))
        check_direct_boot(input, Firmware::linux);
    return firmware;
}

Firmware decide_direct_boot(const PlanInput& input, bool without_initrd) {
    const auto firmware = without_initrd ? Firmware::linux_noinitrd : Firmware::linux;
    check_direct_boot(input, firmware);
    return firmware;
}

} // namespace

bool has_root_directory(const TestDescriptor& descriptor, const ImageManifest& image) {
    if (descriptor.root == Root::disk && image.disk.empty())
        throw fault(
            descriptor,
            "root",
            "The image has no disk",
            "Name one in the manifest ('disk'), or declare 'root: directory'");
    return descriptor.root == Root::directory
           || (descriptor.root == Root::automatic && image.disk.empty());
}

Firmware decide_firmware(const PlanInput& input) {
    const auto asked = input.descriptor.firmware;
    switch (asked) {
    case Firmware::automatic:
        if (boots_through_firmware(input)
            && (!input.host.firmware.empty() || input.image.kernel.empty()))
            return boot_through_firmware(input, Firmware::uefi);
        return decide_direct_boot(input, boots_without_initrd(input));
    case Firmware::linux_noinitrd:
        return decide_direct_boot(input, boots_without_initrd(input));
    case Firmware::linux:
        // A kernel that can do without is not asked to load what is not there.
        return decide_direct_boot(input, input.image.initrd.empty() && boots_without_initrd(input));
    case Firmware::uefi:
    case Firmware::uefi_secure_boot:
        break;
    }
    return boot_through_firmware(input, asked);
}

std::vector<std::string> root_arguments(const PlanInput& input, Firmware firmware) {
    if (has_root_directory(input.descriptor, input.image))
        return {fmt::format("root={}", root_directory_tag), "rootfstype=virtiofs"};
    if (input.image.has_partitions)
        return {fmt::format("root={}", input.image.root)};
    // The machine's own disk is its first.
    return {firmware == Firmware::linux_noinitrd ? "root=/dev/nvme0n1" : "root=/dev/vda"};
}

} // namespace bootproof
