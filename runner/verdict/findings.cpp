// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/findings.hpp"

#include "base/printable.hpp"
#include "verdict/exit_status.hpp"
#include "verdict/signal_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <sstream>

namespace bootproof {

namespace {

/// std::regex recurses several frames a character, and a guest may write any name into its journal.
/// What is longer than this is not matched, hence not excluded.
constexpr std::size_t longest_name = 512;
constexpr std::size_t most_coredumps = 20;
constexpr std::size_t most_sanitizer_reports = 20;
constexpr std::size_t most_error_lines = 5;

void add_coredumps(
    std::vector<std::string>& lines,
    const TestDescriptor& descriptor,
    const Observation& observation) {
    const auto coredumps = unexpected_coredumps(descriptor, observation);
    for (std::size_t i = 0; i < std::min(coredumps.size(), most_coredumps); ++i) {
        lines.push_back("Core dump: " + describe(coredumps[i]));
        for (const auto& frame : coredumps[i].stack)
            lines.push_back("  " + one_line(frame));
    }
    if (coredumps.size() > most_coredumps)
        lines.push_back(fmt::format("{} more core dumps", coredumps.size() - most_coredumps));
}

void add_sanitizer_reports(
    std::vector<std::string>& lines,
    const TestDescriptor& descriptor,
    const Observation& observation) {
    const auto reports = unexpected_sanitizer_reports(descriptor, observation);
    for (std::size_t i = 0; i < std::min(reports.size(), most_sanitizer_reports); ++i)
        lines.push_back(describe(reports[i]));
    if (reports.size() > most_sanitizer_reports)
        lines.push_back(
            fmt::format("{} more sanitizer reports", reports.size() - most_sanitizer_reports));
}

/// Without those whose name the expression is found in.
template <typename Record>
std::vector<Record> without_excluded(
    std::vector<Record> records, const std::string& expression, std::string Record::*name) {
    if (expression.empty())
        return records;
    const std::regex excluded(expression, std::regex::ECMAScript);
    std::erase_if(records, [&](const Record& record) {
        return (record.*name).size() <= longest_name && std::regex_search(record.*name, excluded);
    });
    return records;
}

bool is_expected(const CoredumpRecord& coredump, const ExpectedCoredump& expected) {
    if (!expected.signal.empty() && signal_name(coredump.signal) != expected.signal)
        return false;
    if (!expected.unit.empty() && coredump.unit != expected.unit)
        return false;
    return expected.executable.empty()
           || (coredump.executable.size() <= longest_name
               && std::regex_search(coredump.executable, std::regex(expected.executable)));
}

struct CoredumpComparison {
    std::vector<CoredumpRecord> unexpected;
    /// What was expected, with the count of those that did not come.
    std::vector<ExpectedCoredump> missing;
};

CoredumpComparison
compare_coredumps(const TestDescriptor& descriptor, const Observation& observation) {
    CoredumpComparison result{.unexpected = {}, .missing = descriptor.expected_coredumps};
    const auto coredumps = without_excluded(
        observation.journal->coredumps,
        descriptor.coredump_exclude_regex,
        &CoredumpRecord::executable);
    for (const auto& coredump : coredumps) {
        const auto found = std::ranges::find_if(result.missing, [&](const auto& expected) {
            return expected.count > 0 && is_expected(coredump, expected);
        });
        if (found == result.missing.end())
            result.unexpected.push_back(coredump);
        else
            --found->count;
    }
    std::erase_if(result.missing, [](const auto& expected) { return expected.count == 0; });
    return result;
}

void add_missing_coredumps(
    std::vector<std::string>& lines,
    const TestDescriptor& descriptor,
    const Observation& observation) {
    if (!observation.journal)
        return;
    for (const auto& expected : compare_coredumps(descriptor, observation).missing) {
        std::string text;
        for (const auto& part : {expected.executable, expected.signal, expected.unit})
            if (!part.empty())
                text += " " + one_line(part);
        lines.push_back(
            fmt::format("Expected, but did not come: {} core dumps of{}", expected.count, text));
    }
}

void add_journal(std::vector<std::string>& lines, const Observation& observation) {
    // Where nothing ran, nothing is missing.
    if (!observation.machine_end)
        return;
    if (!observation.journal)
        lines.emplace_back("There is no journal, so nothing is known of core dumps");
    else if (!observation.journal->has_entries)
        lines.emplace_back("The journal has no entries, so nothing is known of core dumps");
}

void add_machine_end(std::vector<std::string>& lines, const Observation& observation) {
    if (observation.ended == Ended::by_shutdown_deadline)
        lines.emplace_back(
            "The machine gave its exit status and then did not power off; it was ended");
    const auto& end = observation.machine_end;
    // That of a container is the guest's.
    const auto told = exit_status(observation);
    const int expected =
        observation.kind == MachineKind::container && told ? told->value.value_or(0) : 0;
    if (end && end->exit_status.value_or(expected) != expected
        && observation.ended == Ended::by_itself)
        lines.push_back(fmt::format("{} {}", machine_program(observation), describe(*end)));
}

void add_errors(
    std::vector<std::string>& lines, std::string_view speaker, const std::string& output) {
    std::vector<std::string> errors;
    std::istringstream text(output);
    for (std::string line; std::getline(text, line);)
        if (line.find_first_not_of(" \t\r") != std::string::npos)
            errors.push_back(fmt::format("{} says: {}", speaker, one_line(line, 500)));
    const auto shown = std::min(errors.size(), most_error_lines);
    std::copy(
        errors.end() - static_cast<std::ptrdiff_t>(shown), errors.end(), std::back_inserter(lines));
}

} // namespace

std::vector<CoredumpRecord>
unexpected_coredumps(const TestDescriptor& descriptor, const Observation& observation) {
    if (!observation.journal)
        return {};
    return compare_coredumps(descriptor, observation).unexpected;
}

std::vector<SanitizerRecord>
unexpected_sanitizer_reports(const TestDescriptor& descriptor, const Observation& observation) {
    if (!observation.journal)
        return {};
    return without_excluded(
        observation.journal->sanitizer_reports,
        descriptor.sanitizer_exclude_regex,
        &SanitizerRecord::process);
}

std::string describe(const SanitizerRecord& report) {
    return fmt::format(
        "{} in {}[{}]: {}",
        one_line(report.sanitizer),
        one_line(report.process),
        report.pid,
        one_line(report.text));
}

std::string describe(const CoredumpRecord& coredump) {
    auto text = fmt::format(
        "{} ({})",
        coredump.executable.empty() ? "unknown executable" : one_line(coredump.executable),
        signal_name(coredump.signal));
    if (!coredump.unit.empty())
        text += " of " + one_line(coredump.unit);
    return text + fmt::format(", pid {}", coredump.pid);
}

std::string describe(const ProcessEnd& end) {
    return end.exit_status ? fmt::format("exited with status {}", *end.exit_status)
                           : fmt::format("was ended by {}", signal_name(end.signal));
}

std::vector<std::string>
findings(const TestDescriptor& descriptor, const Observation& observation) {
    std::vector<std::string> lines;
    add_coredumps(lines, descriptor, observation);
    add_missing_coredumps(lines, descriptor, observation);
    add_sanitizer_reports(lines, descriptor, observation);
    add_journal(lines, observation);
    add_machine_end(lines, observation);
    if (observation.messages_dropped > 0)
        lines.push_back(fmt::format(
            "{} notify messages were too many or too large and are lost",
            observation.messages_dropped));
    add_errors(lines, machine_program(observation), observation.machine_errors);
    add_errors(lines, "systemd-journal-remote", observation.receiver_errors);
    return lines;
}

} // namespace bootproof
