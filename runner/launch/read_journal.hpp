// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

/// What the guest's monotonic clock said when the machine started, and when the run began that is
/// looked at: later than that, or later than the boot, where the machine was forked.
struct GuestClock {
    Microseconds start{};
    Microseconds run{};
};

/// What a verdict and its report need of a journal file. Nothing when there is no such file or it
/// cannot be read. The times of the phases are counted from the clock's start, those of lines stay
/// as they are.
std::optional<JournalFindings>
read_journal(const std::filesystem::path& path, const std::string& unit, const GuestClock& clock);

/// The last 'most' lines of all units up to the last one that is of 'unit', oldest first; up to the
/// end where it left none. Empty where the journal cannot be read.
std::vector<JournalLine>
read_excerpt(const std::filesystem::path& path, const std::string& unit, std::size_t most);

/// All lines, or those that the unit wrote and PID 1 said of it. Empty where the journal cannot be
/// read.
std::vector<JournalLine>
read_lines(const std::filesystem::path& path, const std::string& unit = {});

} // namespace bootproof
