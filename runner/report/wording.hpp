// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// "[   12.345678] name: message", as 'journalctl -o short-monotonic --no-hostname' shows it.
std::string journal_text(const JournalLine& line);

/// What the run leaves to read: the last lines of the unit's journal, or of the console where the
/// unit left none.
struct Evidence {
    std::string source;
    std::vector<std::string> lines;
};

Evidence evidence(const RunRecord& record);

/// With the parameter of SGR before it (console_codes(4)), where there is to be colour.
std::string paint(std::string_view text, std::string_view sgr, bool colour);

} // namespace bootproof
