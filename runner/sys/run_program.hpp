// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/child_process.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// What a program wrote to standard output and standard error, and how it ended.
struct ProgramOutput {
    std::string text;
    ExitInfo end;
    /// False: it was killed, for the time was up.
    bool in_time = true;
    /// True: it was killed, for somebody interrupted us.
    bool interrupted = false;
};

ProgramOutput run_program(const std::vector<std::string>& command, std::chrono::seconds limit);

/// The same, but a signal that would end this process ends the program, so that there is time to
/// clean up. It stays blocked.
ProgramOutput
run_until_interrupted(const std::vector<std::string>& command, std::chrono::seconds limit);

/// The output of a program; throws Error when it fails or exceeds the limit.
std::string read_output(
    const std::vector<std::string>& command, std::chrono::seconds limit = std::chrono::seconds(60));

/// What a program that reads 'input' writes to standard output; its standard error is ours. Throws
/// Error when it fails or exceeds the limit.
std::string filter_through(
    const std::vector<std::string>& command,
    std::string_view input,
    std::chrono::seconds limit = std::chrono::seconds(60));

/// Without its newline.
std::string_view last_line(std::string_view text);

/// As programs say their version; 0 where there is none.
int first_number(std::string_view text);

} // namespace bootproof
