// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The fields of a record, as they are in the journal.
struct SubtestMessage {
    std::string name;
    /// pass, fail or skip
    std::string result;
    /// What systemd's have not: FILE:LINE below the root of the project, and a few words.
    std::string place;
    std::string reason;
};

/// Puts together what a test's unit says in the journal of its parts, in the order in which they
/// began. Two dialects of systemd's test/units/test-control.sh are understood and may be mixed:
/// records with the MESSAGE_ID below, and the lines that the shell traces, of which 257 and older
/// have no others.
class SubtestLog {
public:
    /// MESSAGE_ID of a record, with SUBTEST= and SUBTEST_RESULT=.
    static constexpr std::string_view message_id = "27479699ef7fb3465eb94a6a2224ac15";
    /// A guest may say what it likes; what is over this is not kept.
    static constexpr std::size_t most_subtests = 10'000;

    /// A line of the test's unit, in the order of the journal.
    void heard(std::string_view line, Microseconds at);
    void recorded(const SubtestMessage& message, Microseconds at);

    [[nodiscard]] const std::vector<SubtestRecord>& subtests() const { return subtests_; }

private:
    struct Open {
        /// Into 'subtests_'.
        std::size_t index = 0;
        Microseconds since{};
    };

    void begin(const std::string& name, Microseconds at);
    /// Nothing when there are too many.
    SubtestRecord* end(const std::string& name, SubtestResult result, Microseconds at);
    /// Nothing when there are too many.
    SubtestRecord* find_or_add(const std::string& name);
    std::vector<Open>::iterator find_open(std::string_view name);

    std::vector<SubtestRecord> subtests_;
    /// Those that have begun and not ended, the outer ones first.
    std::vector<Open> open_;
};

} // namespace bootproof
