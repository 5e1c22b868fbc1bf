// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/machine_input.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Descriptors that the machine gets: the first where it is kept when it fails, the next two where
/// it is saved, forked, kept or resumed, and the last where it has firmware. QEMU knows them as
/// fdsets (-add-fd). sh(1) knows numbers up to 9.
inline constexpr int kept_state_fd = 5;
inline constexpr int saved_state_fd = 7;
inline constexpr int disk_fd = 8;
inline constexpr int variables_fd = 9;

/// QEMU's argument list; see qemu-system(1).
std::vector<std::string> qemu_command(const MachineInput& input);

/// Gives the command the user and the sandbox that QEMU gets on this host, whoever it was planned
/// for.
void settle_privileges(std::vector<std::string>& command, const HostCapabilities& host);

/// SMBIOS strings that add to the kernel command line of a disk's own boot loader. The stub of a
/// unified kernel image reads only the first, systemd-boot only the second (for entries of type 1),
/// so nothing is applied twice (smbios-type-11(7)).
inline constexpr std::array<std::string_view, 2> boot_loader_keys{
    "io.systemd.stub.kernel-cmdline-extra", "io.systemd.boot.kernel-cmdline-extra"};

/// A machine that was forked cannot boot again: its kernel's command line is that of all tests.
bool may_boot_again(const PlanInput& input);

/// The image's disk, of which nothing that the guest writes is kept; and a monitor of the runner's
/// own.
std::vector<std::string> root_disk_arguments(const MachineInput& input);
std::vector<std::string> monitor_arguments(const MachineInput& input);

/// The strings do not fit into a table with the 32-bit entry point.
bool needs_smbios_3(const MachineInput& input);

/// What QEMU needs beside that which a backend gives it by itself, whoever starts it: the drives as
/// they are given here, the test's devices, the serial console (unless a person is at the backend's
/// own), the monitor, the channels, what a reset does, and last the test's own arguments.
std::vector<std::string>
added_arguments(const MachineInput& input, const std::vector<std::string>& drives);

} // namespace bootproof
