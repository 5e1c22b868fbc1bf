// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/saved_machine_record.hpp"
#include "plan/boot_class.hpp"
#include "sys/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bootproof {

// The saved machines of one build directory: a directory for each class, in it a directory for the
// machine and a symlink to that ('machine'), a lock for who looks after it, how often it was of use
// ('uses'), and why the last attempt to make one failed ('failure'). A machine is made aside,
// synced, and put in place by the symlink; who runs a clone of it holds a shared lock on its
// directory, so that nobody removes it.

/// A saved machine that is held: nobody removes it while this lives.
struct HeldMachine {
    /// Its files: ram, disk.qcow2, overlay.qcow2, base, state, journal, class, facts.
    std::filesystem::path directory;
    UniqueFd lock;
    /// Why there is none; then the others are empty.
    std::string failure;
};

/// What came of making a machine.
struct MadeMachine {
    bool saved = false;
    /// Why not, which all who wait for it get to hear. Empty where that is a matter of who made it
    /// (it was interrupted), so that the next one is to try.
    std::string failure;
    std::chrono::milliseconds boot_time{};
};

/// Boots and saves a machine in a directory which has base and disk.qcow2 already.
using MakeMachine = std::function<MadeMachine(const std::filesystem::path& directory)>;

/// The machine of that class: the one that is there; or the one that another run is making, which
/// is waited for, but not longer than 'patience'; or one that is made now. Throws Error when the
/// patience is at its end, or the directory cannot be written.
HeldMachine hold_saved_machine(
    const std::filesystem::path& store,
    const BootClass& boot_class,
    const PlanInput& input,
    std::chrono::milliseconds patience,
    const MakeMachine& make);

/// Another machine is to be made next time: this one could not be loaded.
void discard_saved_machine(
    const std::filesystem::path& store, const BootClass& boot_class, const HeldMachine& machine);

/// Counts that a test was run in a clone, and what that took until the guest went on.
void count_use(
    const std::filesystem::path& store,
    const BootClass& boot_class,
    const std::string& test,
    std::chrono::milliseconds fork_time);

/// Removes what has been of no use for longest, and is not in use, until the limits are met.
void evict_saved_machines(const std::filesystem::path& store, const SavedMachineLimits& limits);

/// Sorted by name.
std::vector<SavedMachineRecord> list_saved_machines(const std::filesystem::path& store);

/// Removes every machine that is not in use, and what was left half made; returns what it removed.
std::vector<std::filesystem::path> remove_saved_machines(const std::filesystem::path& store);

} // namespace bootproof
