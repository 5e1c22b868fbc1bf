// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Finds the reports of AddressSanitizer, LeakSanitizer, MemorySanitizer, ThreadSanitizer and
/// UndefinedBehaviorSanitizer in the lines of a journal, as their runtime (compiler-rt,
/// libsanitizer) writes them, and tells them apart by the process that wrote them.
class SanitizerLog {
public:
    /// A guest may say what it likes; what is over this is counted only.
    static constexpr std::size_t most_reports = 100;

    /// Whether this line can have anything to do with a report: only such lines need to be heard.
    static bool concerns(std::string_view line);

    /// A line, and the name and id of the process that wrote it.
    void heard(std::string_view line, const std::string& process, long pid);

    [[nodiscard]] const std::vector<SanitizerRecord>& reports() const { return reports_; }

    [[nodiscard]] std::size_t dropped() const { return dropped_; }

private:
    /// Nothing when there are too many.
    SanitizerRecord* add(std::string_view text, std::string kind);

    std::vector<SanitizerRecord> reports_;
    /// By process: the report that its next summary belongs to.
    std::map<long, std::size_t> open_;
    std::size_t dropped_ = 0;
};

} // namespace bootproof
