// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bootproof {

/// What is known of a saved machine, and of what use it was.
struct SavedMachineRecord {
    std::string boot_class;
    std::vector<std::string> tests;
    /// On disk; what it shares with the image is not counted.
    std::uint64_t bytes = 0;
    std::chrono::system_clock::time_point made;
    std::chrono::system_clock::time_point last_used;
    unsigned uses = 0;
    std::chrono::milliseconds boot_time{};
    /// By all uses together, the boot of the machine itself taken off.
    std::chrono::milliseconds time_saved{};
};

} // namespace bootproof
