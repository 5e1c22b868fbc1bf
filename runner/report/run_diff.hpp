// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// A run with all lines of its journal, and those of its test's unit.
struct RunWithLines {
    const RunRecord& record;
    std::vector<JournalLine> unit;
    std::vector<JournalLine> all;
};

/// What of a line is the same in every run: numbers, ids and the ends of temporary names are '#'.
std::string normalized(const JournalLine& line);

/// A run that failed beside one of the same test that passed: how long each phase took, where the
/// journals of the unit part, what only one of them says, and which units failed only there.
std::string run_diff(const RunWithLines& failed, const RunWithLines& passed);

} // namespace bootproof
