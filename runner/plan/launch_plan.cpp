// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/launch_plan.hpp"

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

} // namespace bootproof
