// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/kept_machine.hpp"

#include <filesystem>
#include <string_view>

namespace bootproof {

// A kept machine is the directory NAME.machine beside the evidence of its run, readable by its user
// alone, for memory may hold secrets: state, base (a link to the image's disk), disk.qcow2 (of a
// machine that was forked: a link to that of the class), fd-N (what the machine wrote to the file
// with that descriptor), kernel, initrd and firmware, the files of its plan, and last machine.json.

/// What a machine is whole with.
inline constexpr std::string_view kept_machine_name = "machine.json";

/// Makes the directory with the disks in it that the machine starts on. Throws Error naming what
/// stands against it.
void make_kept_directory(const std::filesystem::path& directory, const PlanInput& input);

/// Writes what is missing once the machine was saved.
void complete_kept_machine(const std::filesystem::path& directory, const KeptMachine& kept);

/// There is one that was completed, or whose directory only its user may look into.
bool may_be_kept(const std::filesystem::path& directory);

/// The machine of that directory. Throws Error where there is none that was completed.
KeptMachine load_kept_machine(const std::filesystem::path& directory);

} // namespace bootproof
