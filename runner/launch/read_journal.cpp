// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/read_journal.hpp"

#include "base/error.hpp"
#include "observe/crash_stack.hpp"
#include "observe/sanitizer_log.hpp"
#include "observe/subtest_log.hpp"
#include "sys/journal_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace bootproof {

namespace {

// sd-messages.h
constexpr std::string_view message_coredump = "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1";
constexpr std::string_view message_startup_finished = "MESSAGE_ID=b07a249cd024414a82dd00cd181378ff";
constexpr std::string_view message_unit_starting = "MESSAGE_ID=7d4958e842da4a758f6c1cdc7b36dcc5";
constexpr std::string_view message_unit_started = "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf";
constexpr std::string_view message_unit_failed = "MESSAGE_ID=be02cf6855d2428ba40df7e9d022f03d";
constexpr std::string_view message_unit_success = "MESSAGE_ID=7ad2d189f7e94e70a38c781354912448";
constexpr std::string_view message_unit_failure_result =
    "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c";

constexpr std::size_t tail_lines = 30;
constexpr std::size_t failed_unit_lines = 10;
constexpr std::size_t most_failed_units = 10;
constexpr std::size_t most_kernel_warnings = 20;
/// LOG_WARNING in syslog(3)
constexpr int kernel_warning = 4;
// Each step among that many alternatives takes as long as so many lines. Beyond this all are read.
constexpr std::size_t most_matches = 16;
// Of a compressed text sd-journal shows 64 KiB, which would match nothing.
constexpr std::size_t longest_match = 16 * std::size_t{1024};

template <typename Number>
Number number(const std::optional<std::string>& text, Number otherwise = 0) {
    Number value = otherwise;
    if (text)
        std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

void restrict(JournalFile& journal, const std::vector<std::string>& matches) {
    journal.match_everything();
    journal.match_also(matches);
    journal.seek_head();
}

void read_ends(JournalFile& journal, Microseconds run, JournalFindings& findings) {
    journal.match_everything();
    journal.seek_head();
    if (journal.next()) {
        findings.first_entry = journal.realtime();
        findings.first_entry_monotonic = journal.monotonic();
    }
    // What a fork was given of its machine's journal comes before its own.
    journal.seek_tail();
    while (!findings.has_entries && journal.previous())
        findings.has_entries = journal.monotonic() >= run;
    findings.boots = journal.count_unique("_BOOT_ID");
}

/// The texts that may belong to a sanitizer's report, as matches. Nothing when they are too many to
/// be looked up one by one, too long, or not all could be read: then they are in any entry.
std::optional<std::vector<std::string>> sanitizer_matches(const JournalFile& journal) {
    std::vector<std::string> matches;
    const bool all = journal.visit_values("MESSAGE", [&](std::string_view text) {
        if (!SanitizerLog::concerns(text))
            return true;
        matches.push_back(fmt::format("MESSAGE={}", text));
        return matches.size() <= most_matches && text.size() <= longest_match;
    });
    return all ? std::optional(std::move(matches)) : std::nullopt;
}

void read_sanitizers(JournalFile& journal, JournalFindings& findings) {
    const auto matches = sanitizer_matches(journal);
    if (matches && matches->empty())
        return;
    restrict(journal, matches.value_or(std::vector<std::string>()));
    SanitizerLog sanitizers;
    while (journal.next())
        if (const auto message = journal.view("MESSAGE"); SanitizerLog::concerns(message))
            sanitizers.heard(
                std::string(message),
                journal.field("_COMM").value_or(""),
                number<long>(journal.field("_PID")));
    findings.sanitizer_reports = sanitizers.reports();
}

void read_coredumps(JournalFile& journal, JournalFindings& findings) {
    restrict(journal, {std::string(message_coredump)});
    while (journal.next())
        findings.coredumps.push_back({
            .executable = journal.field("COREDUMP_EXE").value_or("unknown"),
            .signal = number<int>(journal.field("COREDUMP_SIGNAL")),
            .unit = journal.field("COREDUMP_UNIT").value_or(""),
            .pid = number<long>(journal.field("COREDUMP_PID")),
            .stack = crash_stack(journal.view("MESSAGE")),
        });
}

std::string place_of_subtest(JournalFile& journal) {
    auto place = journal.field("SUBTEST_FILE").value_or("");
    if (const auto line = number<unsigned>(journal.field("SUBTEST_LINE")); line > 0)
        place += fmt::format(":{}", line);
    return place;
}

void read_subtests(JournalFile& journal, const std::string& unit, JournalFindings& findings) {
    const auto record = fmt::format("MESSAGE_ID={}", SubtestLog::message_id);
    restrict(journal, {record});
    const bool has_records = journal.next();
    SubtestLog log;
    restrict(journal, {"_SYSTEMD_UNIT=" + unit});
    journal.match_also({record});
    while (journal.next()) {
        const auto at = journal.monotonic();
        // That a line has no such field is known when all of its fields have been looked at.
        if (const auto name = has_records ? journal.field("SUBTEST") : std::nullopt)
            log.recorded(
                {.name = *name,
                 .result = journal.field("SUBTEST_RESULT").value_or(""),
                 .place = place_of_subtest(journal),
                 .reason = journal.field("SUBTEST_REASON").value_or("")},
                at);
        else
            log.heard(journal.field("MESSAGE").value_or(""), at);
    }
    findings.subtests = log.subtests();
}

void read_startup(JournalFile& journal, JournalFindings& findings) {
    // The user managers report theirs, too.
    restrict(journal, {std::string(message_startup_finished), "_PID=1"});
    if (!journal.next())
        return;
    findings.kernel = Microseconds(number<std::int64_t>(journal.field("KERNEL_USEC")));
    findings.initrd = Microseconds(number<std::int64_t>(journal.field("INITRD_USEC")));
    findings.userspace = Microseconds(number<std::int64_t>(journal.field("USERSPACE_USEC")));
}

void read_unit_times(JournalFile& journal, const std::string& unit, JournalFindings& findings) {
    const auto of_unit = "UNIT=" + unit;
    restrict(journal, {std::string(message_unit_starting), of_unit, "_PID=1"});
    if (!journal.next())
        return;
    findings.unit_started = journal.monotonic();
    const auto boot = journal.boot_id();
    journal.match_everything();
    journal.match_also(
        {std::string(message_unit_started),
         std::string(message_unit_failed),
         std::string(message_unit_success),
         std::string(message_unit_failure_result),
         of_unit,
         "_PID=1"});
    journal.seek_tail();
    // The clocks of two boots have nothing to do with each other.
    if (journal.previous() && journal.boot_id() == boot)
        findings.unit_ended = journal.monotonic();
}

JournalLine line_of(const JournalFile& journal) {
    return {
        .monotonic = journal.monotonic(),
        .priority = number<int>(journal.field("PRIORITY"), 6),
        .identifier = journal.field("SYSLOG_IDENTIFIER").value_or(""),
        .message = journal.field("MESSAGE").value_or(""),
    };
}

/// What the unit wrote, and what PID 1 said of it.
void match_unit(JournalFile& journal, const std::string& unit) {
    journal.match_everything();
    journal.match_also({"_SYSTEMD_UNIT=" + unit});
    journal.match_also({"UNIT=" + unit, "_PID=1"});
}

/// previous() gets its last line.
void seek_tail_of(JournalFile& journal, const std::string& unit) {
    match_unit(journal, unit);
    journal.seek_tail();
}

std::vector<JournalLine> tail_of(JournalFile& journal, const std::string& unit, std::size_t most) {
    seek_tail_of(journal, unit);
    std::vector<JournalLine> lines;
    while (lines.size() < most && journal.previous())
        lines.push_back(line_of(journal));
    std::ranges::reverse(lines);
    return lines;
}

void read_failed_units(JournalFile& journal, const std::string& unit, JournalFindings& findings) {
    restrict(journal, {std::string(message_unit_failure_result), "_PID=1"});
    auto& failed = findings.failed_units;
    while (failed.size() < most_failed_units && journal.next()) {
        auto name = journal.field("UNIT").value_or("");
        if (name != unit && std::ranges::find(failed, name, &FailedUnit::name) == failed.end())
            failed.push_back(
                {.name = std::move(name),
                 .result = journal.field("UNIT_RESULT").value_or(""),
                 .tail = {}});
    }
    for (auto& one : failed)
        one.tail = tail_of(journal, one.name, failed_unit_lines);
}

void read_kernel_warnings(JournalFile& journal, JournalFindings& findings) {
    std::vector<std::string> matches{"_TRANSPORT=kernel"};
    for (int priority = 0; priority <= kernel_warning; ++priority)
        matches.push_back(fmt::format("PRIORITY={}", priority));
    restrict(journal, matches);
    // The runner says so where there is no vsock, and the kernel at every try.
    constexpr std::string_view ours = "Module vsock is blacklisted";
    auto& lines = findings.kernel_warnings;
    while (lines.size() < most_kernel_warnings && journal.next())
        // Of that priority are many that mean nothing; WARN() of the kernel begins so.
        if (auto line = line_of(journal);
            (line.priority < kernel_warning || line.message.starts_with("WARNING:"))
            && !line.message.starts_with(ours))
            lines.push_back(std::move(line));
}

void count_from(Microseconds clock_start, JournalFindings& findings) {
    findings.first_entry_monotonic -= clock_start;
    for (auto* moment : {&findings.unit_started, &findings.unit_ended})
        if (*moment)
            **moment -= clock_start;
}

} // namespace

std::optional<JournalFindings>
read_journal(const std::filesystem::path& path, const std::string& unit, const GuestClock& clock) {
    try {
        JournalFile journal(path);
        JournalFindings findings;
        read_ends(journal, clock.run, findings);
        read_sanitizers(journal, findings);
        read_coredumps(journal, findings);
        read_subtests(journal, unit, findings);
        read_startup(journal, findings);
        read_unit_times(journal, unit, findings);
        findings.unit_tail = tail_of(journal, unit, tail_lines);
        read_failed_units(journal, unit, findings);
        read_kernel_warnings(journal, findings);
        count_from(clock.start, findings);
        return findings;
    } catch (const Error&) {
        // The judge makes a finding of its absence.
        return std::nullopt;
    }
}

std::vector<JournalLine>
read_excerpt(const std::filesystem::path& path, const std::string& unit, std::size_t most) {
    std::vector<JournalLine> lines;
    try {
        JournalFile journal(path);
        seek_tail_of(journal, unit);
        if (journal.previous())
            lines.push_back(line_of(journal));
        else
            journal.seek_tail();
        // It stays where it is.
        journal.match_everything();
        while (lines.size() < most && journal.previous())
            lines.push_back(line_of(journal));
    } catch (const Error&) {
        // A report has what can be had.
    }
    std::ranges::reverse(lines);
    return lines;
}

std::vector<JournalLine> read_lines(const std::filesystem::path& path, const std::string& unit) {
    std::vector<JournalLine> lines;
    try {
        JournalFile journal(path);
        if (!unit.empty())
            match_unit(journal, unit);
        journal.seek_head();
        while (journal.next())
            lines.push_back(line_of(journal));
    } catch (const Error&) {
        // A report has what can be had.
    }
    return lines;
}

} // namespace bootproof
