// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/launch_plan.hpp"

#include <fmt/format.h>

namespace bootproof {

std::string_view to_string(Firmware firmware) {
    switch (firmware) {
    case Firmware::automatic:
        return "auto";
    case Firmware::uefi:
        return "uefi";
    case Firmware::uefi_secure_boot:
        return "uefi-secure-boot";
    case Firmware::linux:
        return "linux";
    case Firmware::linux_noinitrd:
        return "linux-noinitrd";
    }
    return "auto";
}

bool boots_directly(Firmware firmware) {
    return firmware == Firmware::linux || firmware == Firmware::linux_noinitrd;
}

std::string describe_machine(const LaunchPlan& plan) {
    return plan.kind == MachineKind::vm ? fmt::format(
               "{}, {}{}",
               plan.accelerator,
               to_string(plan.firmware),
               plan.boot == BootKind::forked ? ", forked" : "")
                                        : "container";
}

} // namespace bootproof
