// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/run_diff.hpp"

#include "base/printable.hpp"
#include "report/wording.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

namespace bootproof {

namespace {

constexpr std::size_t shown_lines = 20;
constexpr std::size_t lines_before = 3;
/// Shorter ones are words.
constexpr std::size_t shortest_id = 6;

bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_alphanumeric(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// A number, or an id in hex; or what mktemp(1) makes, in which letters of both cases and digits
/// mix.
bool is_of_one_run(std::string_view word) {
    if (std::ranges::all_of(word, is_digit))
        return true;
    if (word.size() < shortest_id || std::ranges::none_of(word, is_digit))
        return false;
    const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
    const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
    return std::ranges::all_of(word, is_hex)
           || (std::ranges::any_of(word, upper) && std::ranges::any_of(word, lower));
}

std::string shown(std::string_view mark, const JournalLine& line) {
    return fmt::format("    {} {}\n", mark, printable_line(journal_text(line)));
}

std::string heading(std::string_view word, const RunRecord& record) {
    return fmt::format(
        "  {}: {:%Y-%m-%d %H:%M:%S} UTC, {:.1f} s, {}{}\n",
        word,
        fmt::gmtime(std::chrono::time_point_cast<std::chrono::seconds>(record.observation.started)),
        std::chrono::duration<double>(record.observation.duration).count(),
        record.platform,
        record.observation.forked ? ", forked" : "");
}

std::string seconds(const std::optional<Microseconds>& duration) {
    return duration ? fmt::format("{:.1f} s", std::chrono::duration<double>(*duration).count())
                    : std::string("-");
}

std::string phases(const RunRecord& failed, const RunRecord& passed) {
    auto text = fmt::format("  {:<12}{:>10}{:>10}\n", "", "failed", "passed");
    for (const auto& [name, value] : all_phases)
        if (failed.phases.*value || passed.phases.*value)
            text += fmt::format(
                "  {:<12}{:>10}{:>10}\n",
                name,
                seconds(failed.phases.*value),
                seconds(passed.phases.*value));
    return text;
}

/// The first lines of the unit that are not the same, with those before them.
std::string
parting(const std::vector<JournalLine>& failed, const std::vector<JournalLine>& passed) {
    const auto [at, other] = std::ranges::mismatch(failed, passed, {}, normalized, normalized);
    const auto same = static_cast<std::size_t>(at - failed.begin());
    if (at == failed.end() && other == passed.end())
        return fmt::format("  The unit's journals have the same {} lines\n", same);
    auto text = fmt::format("  The unit's journals are the same for {} lines, then part:\n", same);
    for (auto i = same - std::min(same, lines_before); i < same; ++i)
        text += shown(" ", failed.at(i));
    text += at == failed.end() ? "    - (its journal ends here)\n" : shown("-", *at);
    text += other == passed.end() ? "    + (its journal ends here)\n" : shown("+", *other);
    return text;
}

std::string only_in(
    std::string_view word,
    std::string_view mark,
    const std::vector<JournalLine>& lines,
    const std::vector<JournalLine>& others) {
    std::set<std::string> known;
    for (const auto& line : others)
        known.insert(normalized(line));
    std::vector<const JournalLine*> found;
    // Once each: a line that comes again says nothing new.
    for (const auto& line : lines)
        if (known.insert(normalized(line)).second)
            found.push_back(&line);
    if (found.empty())
        return fmt::format("  Nothing is said only in the one that {}\n", word);
    const auto count = std::min(found.size(), shown_lines);
    auto text =
        fmt::format("  Only in the one that {} ({} of {} lines):\n", word, count, found.size());
    for (std::size_t i = 0; i < count; ++i)
        text += shown(mark, *found[i]);
    return text;
}

std::string failed_units(const RunRecord& failed, const RunRecord& passed) {
    if (!failed.observation.journal)
        return {};
    std::set<std::string> known;
    if (passed.observation.journal)
        for (const auto& unit : passed.observation.journal->failed_units)
            known.insert(unit.name);
    std::vector<std::string> names;
    for (const auto& unit : failed.observation.journal->failed_units)
        if (!known.contains(unit.name))
            names.push_back(
                fmt::format("{} ({})", printable_line(unit.name), printable_line(unit.result)));
    return names.empty()
               ? std::string()
               : fmt::format("  Units that failed only there: {}\n", fmt::join(names, ", "));
}

} // namespace

std::string normalized(const JournalLine& line) {
    std::string text = line.identifier + ":";
    const std::string_view message = line.message;
    for (std::size_t i = 0; i < message.size();) {
        auto end = i;
        while (end < message.size() && is_alphanumeric(message[end]))
            ++end;
        if (end == i) {
            text += message[i++];
            continue;
        }
        const auto word = message.substr(i, end - i);
        text += is_of_one_run(word) ? std::string_view("#") : word;
        i = end;
    }
    return text;
}

std::string run_diff(const RunWithLines& failed, const RunWithLines& passed) {
    const auto& verdict = failed.record.verdict;
    return without_ci_commands(
        fmt::format("{}\n", failed.record.descriptor.name) + heading("- failed", failed.record)
        + heading("+ passed", passed.record)
        + fmt::format("  {}: {}\n\n", verdict.reason, printable_line(verdict.text))
        + phases(failed.record, passed.record) + "\n" + parting(failed.unit, passed.unit) + "\n"
        + failed_units(failed.record, passed.record)
        + only_in("failed", "-", failed.all, passed.all)
        + only_in("passed", "+", passed.all, failed.all));
}

} // namespace bootproof
