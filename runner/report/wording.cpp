// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/wording.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <sstream>

namespace bootproof {

std::string paint(std::string_view text, std::string_view sgr, bool colour) {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
}

std::string journal_text(const JournalLine& line) {
    const auto seconds = std::chrono::duration<double>(line.monotonic).count();
    return fmt::format(
        "[{:12.6f}] {}: {}",
        seconds,
        printable_line(line.identifier),
        printable_line(line.message));
}

Evidence evidence(const RunRecord& record) {
    const auto& journal = record.observation.journal;
    Evidence found;
    if (journal && !journal->unit_tail.empty()) {
        found.source = "journal of " + printable_line(record.descriptor.unit);
        for (const auto& line : journal->unit_tail)
            found.lines.push_back(journal_text(line));
        return found;
    }
    found.source = "console";
    std::istringstream text(printable(record.observation.console_tail));
    for (std::string line; std::getline(text, line);)
        found.lines.push_back(line);
    return found;
}

} // namespace bootproof
