// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

namespace bootproof {

/// What the systemd of an image can be told, and what it tells by itself. The one place that knows
/// of versions.
struct GuestAbilities {
    /// PID 1 reports to 'vmm.notify_socket', and the exit status of the machine comes with its end.
    bool tells_status = false;
    /// A unit may ask to be spared when all processes are killed; before that, a process has to
    /// have a name that begins with '@'.
    bool spares_units = false;
    /// The boot loader on the disk takes arguments for the kernel from SMBIOS.
    bool has_boot_loader_arguments = false;
    /// It reads more than a page of SMBIOS strings.
    bool reads_all_of_smbios = false;
    /// Units and drop-ins may come as credentials (systemd-debug-generator(8)).
    bool takes_units = false;
    /// journald takes 'journal.storage' and 'journal.forward_to_socket'.
    bool takes_journal_settings = false;
    /// A PID 1 that has crashed can be told to power off; before that, to reboot.
    bool has_crash_action = false;

    bool operator==(const GuestAbilities&) const = default;
};

/// An image that does not say its version is taken for the oldest that will do.
GuestAbilities guest_abilities(const ImageManifest& image);

/// Whether QEMU loads the kernel: in a direct boot, and where the firmware is the machine's but the
/// boot loader on the disk could not be told anything.
bool loads_kernel(const ImageManifest& image, Firmware firmware);

/// Throws Error for what a test asks of a guest that is too old for it.
void check_guest(const PlanInput& input);

} // namespace bootproof
