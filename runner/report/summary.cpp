// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/summary.hpp"

#include "base/printable.hpp"
#include "base/shell_quote.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bootproof {

namespace {

constexpr std::size_t most_lines = 20;

struct Words {
    std::string_view text;
    /// Parameter of SGR
    std::string_view colour;
};

Words words_for(Outcome outcome) {
    switch (outcome) {
    case Outcome::pass:
        return {.text = "passed in", .colour = "32"};
    case Outcome::fail:
        return {.text = "failed after", .colour = "31"};
    case Outcome::timeout:
        return {.text = "timed out after", .colour = "31"};
    case Outcome::skip:
        return {.text = "skipped after", .colour = "33"};
    case Outcome::error:
        return {.text = "could not be run properly, ended after", .colour = "35"};
    case Outcome::interrupted:
        return {.text = "interrupted after", .colour = "35"};
    }
    throw std::logic_error("Unknown outcome");
}

std::string in_seconds(Microseconds duration) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(duration).count());
}

/// "12 subtests, " or, where it is not so, "12 subtests (1 failed, 2 skipped), ".
std::string subtest_count(const RunRecord& record) {
    const auto& journal = record.observation.journal;
    if (!journal || journal->subtests.empty())
        return {};
    std::vector<std::string> exceptions;
    for (const auto& [result, word] :
         {std::pair(SubtestResult::fail, "failed"),
          std::pair(SubtestResult::unfinished, "not ended"),
          std::pair(SubtestResult::skip, "skipped")})
        if (const auto count =
                std::ranges::count(journal->subtests, result, &SubtestRecord::result))
            exceptions.push_back(fmt::format("{} {}", count, word));
    return fmt::format(
        "{} subtests{}, ",
        journal->subtests.size(),
        exceptions.empty() ? "" : fmt::format(" ({})", fmt::join(exceptions, ", ")));
}

std::string headline(const RunRecord& record, bool colour) {
    if (!record.has_machine)
        return fmt::format(
            "{} {} (the test had no machine)\n",
            record.descriptor.name,
            paint(
                to_string(record.verdict.outcome),
                words_for(record.verdict.outcome).colour,
                colour));
    std::string details;
    if (const auto boot = boot_time(record.phases))
        details += fmt::format("boot {}, ", in_seconds(*boot));
    if (record.phases.test)
        details += fmt::format("test {}, ", in_seconds(*record.phases.test));
    details += subtest_count(record);
    details += record.observation.kind == MachineKind::container
                   ? "container"
                   : fmt::format(
                       "{}, {}{}",
                       record.accelerator,
                       record.firmware,
                       record.observation.forked ? ", forked" : "");
    const auto words = words_for(record.verdict.outcome);
    return fmt::format(
        "{} {} {} ({})\n",
        record.descriptor.name,
        paint(words.text, words.colour, colour),
        in_seconds(record.observation.duration),
        details);
}

std::string command_line(std::string_view label, const std::string& command) {
    return command.empty() ? std::string()
                           : fmt::format("  {} {}\n", label, printable_line(command));
}

std::string why(const RunRecord& record, bool colour) {
    if (record.verdict.reason.empty())
        return {};
    auto text = fmt::format(
        "  {}: {}\n",
        paint(record.verdict.reason, "1", colour),
        printable_line(record.verdict.text));
    for (const auto& finding : record.verdict.findings)
        text +=
            fmt::format("  {} {}\n", finding.starts_with(' ') ? " " : "-", printable_line(finding));
    return text;
}

std::string last_lines(const RunRecord& record) {
    const auto [source, lines] = evidence(record);
    const auto shown = std::min(lines.size(), most_lines);
    if (shown == 0)
        return {};
    auto text = fmt::format("  The last lines of the {}:\n", source);
    for (auto i = lines.size() - shown; i < lines.size(); ++i)
        text += fmt::format("    {}\n", lines[i]);
    return text;
}

std::string what_next(const RunRecord& record) {
    return command_line("Journal:", record.journal_command)
           + command_line("Core dumps:", record.coredump_command)
           + command_line("Console:", record.console.string())
           + command_line("Screen:", record.screenshot.string())
           + command_line("Resume:", record.resume_command)
           + command_line("Again:", record.rerun_command);
}

/// A bar for each phase that was measured, as long as its part of the whole.
std::string phase_bars(const RunRecord& record) {
    constexpr std::int64_t longest = 40;
    const auto whole = std::max<std::int64_t>(1, record.observation.duration.count());
    std::string text;
    for (const auto& [name, value] : all_phases)
        if (const auto& phase = record.phases.*value)
            text += fmt::format(
                "  {:<10}{:>9}  {:#<{}}\n",
                name,
                in_seconds(*phase),
                "",
                std::min(longest, (longest * phase->count() + whole - 1) / whole));
    return text;
}

std::string indented(const std::vector<JournalLine>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += fmt::format("    {}\n", journal_text(line));
    return text;
}

/// What else went wrong in the machine: the reason may be there.
std::string surroundings(const JournalFindings& journal) {
    std::string text;
    for (const auto& unit : journal.failed_units)
        text += fmt::format(
                    "  {} failed ({}):\n", printable_line(unit.name), printable_line(unit.result))
                + indented(unit.tail);
    if (!journal.kernel_warnings.empty())
        text += "  The kernel complained:\n" + indented(journal.kernel_warnings);
    return text;
}

/// Where there is more to tell than the summary has room for.
std::string more(const RunRecord& record) {
    const auto& journal = record.observation.journal;
    if (!journal || (journal->failed_units.empty() && journal->kernel_warnings.empty()))
        return {};
    return command_line(
        "More:",
        shell_quote(
            {"bootproof",
             "show",
             "-o",
             record.console.parent_path().parent_path().string(),
             record.console.parent_path().stem().string()}));
}

} // namespace

std::string summary(const RunRecord& record, bool colour) {
    auto text = headline(record, colour);
    if (record.verdict.outcome == Outcome::pass)
        return text;
    text += why(record, colour) + last_lines(record) + more(record) + what_next(record);
    return without_ci_commands(std::move(text));
}

std::string story(const RunRecord& record, bool colour) {
    auto text = headline(record, colour) + phase_bars(record) + why(record, colour);
    if (record.verdict.outcome != Outcome::pass) {
        if (const auto& journal = record.observation.journal)
            text += surroundings(*journal);
        text += last_lines(record);
    }
    return without_ci_commands(text + what_next(record));
}

} // namespace bootproof
