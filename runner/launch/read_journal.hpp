// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace bootproof {

/// What a verdict and its report need of a journal file. Nothing when there is no such file or it
/// cannot be read. 'clock_start' is what the guest's monotonic clock said when the machine started;
/// the times of the phases are counted from there, those of lines stay as they are.
std::optional<JournalFindings> read_journal(
    const std::filesystem::path& path, const std::string& unit, Microseconds clock_start = {});

} // namespace bootproof
