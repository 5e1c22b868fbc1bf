// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/saved_machine_record.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace bootproof {

/// The saved machines, a line each under a heading, and below each the tests that used it.
std::string machines_table(
    const std::vector<SavedMachineRecord>& machines, std::chrono::system_clock::time_point now);

} // namespace bootproof
