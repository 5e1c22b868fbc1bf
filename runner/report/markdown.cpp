// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/markdown.hpp"

#include "base/printable.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace bootproof {

namespace {

constexpr std::size_t most_lines = 20;
constexpr std::size_t most_line = 500;

/// Text that means nothing to HTML or Markdown, in a line of a paragraph or the cell of a table.
std::string escaped(std::string_view text) {
    constexpr std::string_view special = "&<>\\`*_[]#|~:@";
    std::string escaped;
    for (const char c : printable_line(text))
        if (special.find(c) != std::string_view::npos)
            escaped += fmt::format("&#{};", static_cast<int>(c));
        else
            escaped += c;
    return escaped;
}

/// Markdown reads nothing in it, empty lines included, if an empty line is before it.
std::string block(const std::vector<std::string>& lines) {
    const auto first = lines.size() - std::min(lines.size(), most_lines);
    std::string text = "<pre>";
    for (auto i = first; i < lines.size(); ++i)
        text += escaped(one_line(lines[i], most_line)) + "\n";
    return text + "</pre>\n";
}

std::string broken_run(const CollectedRun& run) {
    const auto& [outcome, reason, text, findings] = run.record.verdict;
    auto lines = findings;
    auto [source, last] = evidence(run.record);
    lines.insert(lines.end(), last.begin(), last.end());
    return fmt::format(
        "<details><summary>{}: {}</summary>\n\n{}\nAgain: <code>{}</code>\n\n</details>\n\n",
        escaped(run.name),
        escaped(text),
        block(lines),
        escaped(run.record.rerun_command));
}

std::string table(const std::vector<const CollectedRun*>& runs) {
    std::string text = "| test | outcome | why | time |\n| --- | --- | --- | ---: |\n";
    for (const auto* run : runs) {
        const auto& verdict = run->record.verdict;
        text += fmt::format(
            "| {} | {} | {} | {} |\n",
            escaped(run->name),
            to_string(verdict.outcome),
            escaped(verdict.reason),
            human_time(run->record.observation.duration));
    }
    return text + "\n";
}

} // namespace

std::string markdown(std::span<const CollectedRun> runs) {
    const auto totals = totals_of(runs);
    auto text = fmt::format(
        "## {}\n\n{} of machines.\n\n", headline(runs, totals), human_time(totals.duration));
    if (!totals.broken.empty())
        text += "### Did not pass\n\n" + table(totals.broken);
    for (const auto& name : totals.flaky)
        text += fmt::format("Flaky: {}\n\n", escaped(name));
    if (!totals.slowest.empty())
        text += "### Slowest\n\n" + table(totals.slowest);
    std::size_t left_out = 0;
    for (const auto* run : totals.broken) {
        auto details = broken_run(*run);
        if (text.size() + details.size() > most_markdown)
            ++left_out;
        else
            text += details;
    }
    if (left_out > 0)
        text += fmt::format("The evidence of {} more is left out.\n", left_out);
    return text;
}

} // namespace bootproof
