// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/run_options.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bootproof {

/// What a run has left: its files, and its machine if that was kept.
struct KeptEvidence {
    /// The lowest goes first when there is no room: what passed, then what did not, then what has a
    /// machine.
    enum class Worth : std::uint8_t { passed, broken, machine };

    /// They go together; the last one is the run's own directory.
    std::vector<std::filesystem::path> paths;
    Worth worth = Worth::passed;
    std::chrono::system_clock::time_point ended;
    /// On the disk.
    std::uint64_t bytes = 0;

    bool operator==(const KeptEvidence&) const = default;
};

/// What of it has to go: what is too old; and the oldest of the least worth, until the others have
/// room. Nothing of the run of that name.
std::vector<KeptEvidence> choose_to_remove(
    std::vector<KeptEvidence> evidence,
    const std::string& run,
    const EvidenceLimits& limits,
    std::chrono::system_clock::time_point now);

/// Of the run with that verdict.
using HasPassed = std::function<bool(const std::filesystem::path& verdict)>;

/// Removes from the output directory what is too much there, but nothing of the run of that name,
/// which has just ended, nor of runs that are going on.
void remove_old_evidence(
    const std::filesystem::path& output_directory,
    const std::string& run,
    const EvidenceLimits& limits,
    const HasPassed& has_passed);

} // namespace bootproof
