// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/guest_abilities.hpp"

#include "plan/fault.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

/// The first that has been tried. Credentials from fw_cfg and $MONITOR_EXIT_STATUS are of 251.
constexpr int oldest_systemd = 252;

} // namespace

GuestAbilities guest_abilities(const ImageManifest& image) {
    const auto since = [&](int version) { return image.systemd_version >= version; };
    return {
        // READY=1 came with 253 and EXIT_STATUS= with 254, but the relay of that last word is only
        // spared by SurviveFinalKillSignal=.
        .tells_status = since(255),
        .spares_units = since(255),
        .has_boot_loader_arguments = since(254),
        // One read(2) of the file in sysfs, which gives no more, up to 254 at least.
        .reads_all_of_smbios = since(256),
        .takes_units = since(256),
        .takes_journal_settings = since(256),
        .has_crash_action = since(256),
    };
}

bool loads_kernel(const ImageManifest& image, Firmware firmware) {
    return boots_directly(firmware) || !guest_abilities(image).has_boot_loader_arguments;
}

void check_guest(const PlanInput& input) {
    const auto& test = input.descriptor;
    const int version = input.image.systemd_version;
    if (version != 0 && version < oldest_systemd)
        throw fault(
            test,
            "image",
            fmt::format(
                "The image has systemd {}, but only {} and later take credentials",
                version,
                oldest_systemd),
            "Test an image that is newer");
    const auto abilities = guest_abilities(input.image);
    if (!abilities.tells_status && test.exit_code != TestDescriptor().exit_code)
        throw fault(
            test,
            "exit-code",
            fmt::format("systemd {} of the image does not tell its exit status", version),
            "Leave it out: the runner's own units tell how the test's unit has ended");
    if (!abilities.has_boot_loader_arguments && test.firmware == Firmware::uefi_secure_boot)
        throw fault(
            test,
            "firmware",
            fmt::format("The boot loader of systemd {} takes no arguments from outside", version),
            "Declare 'firmware: uefi', which leaves out the boot loader, or test a newer image");
}

} // namespace bootproof
