// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/page_run.hpp"

#include "base/base64.hpp"
#include "base/png_size.hpp"
#include "base/printable.hpp"
#include "report/timeline.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace bootproof {

namespace {

// A page of 100 runs that failed is to stay below 5 MB; these are their shares, in bytes of HTML.
constexpr std::size_t most_journal = std::size_t{16} * 1024;
constexpr std::size_t most_passed_journal = std::size_t{3} * 1024;
constexpr std::size_t most_surroundings = std::size_t{5} * 1024;
constexpr std::size_t most_console = std::size_t{5} * 1024;
constexpr std::size_t most_findings = std::size_t{2} * 1024;
/// What elements take beside the text of a line, of a heading with its block, and of a row.
constexpr std::size_t line_markup = std::string_view("<span class=\"p0\"></span>").size();
constexpr std::size_t heading_markup =
    std::string_view("<h4></h4><pre class=\"journal\"></pre>").size();
constexpr std::size_t row_markup =
    std::string_view("<tr><td><span class=\"badge unfinished\">unfinished</span></td>"
                     "<td></td><td class=\"time\">1 h 12 min</td></tr>")
        .size();

constexpr std::size_t most_line = 1000;
constexpr std::size_t most_name = 200;
constexpr std::size_t most_subtests = 200;

std::string describe_machine(const RunRecord& record) {
    const auto& observation = record.observation;
    auto text = fmt::format("{} by {}", record.platform, program_name(observation.backend));
    if (observation.kind == MachineKind::container)
        return text + ", container";
    text += fmt::format(
        ", {}, {}{}", record.accelerator, record.firmware, observation.forked ? ", forked" : "");
    if (!record.accelerator_reason.empty())
        text += fmt::format(" ({}: {})", record.accelerator, record.accelerator_reason);
    return text;
}

std::string describe_host(const HostState& host) {
    constexpr double gib = 1024.0 * 1024 * 1024;
    return fmt::format(
        "Host: load {:.1f} on {} processors, {:.1f} GiB of memory available, {} killed for lack of "
        "it",
        host.load,
        host.processors,
        static_cast<double>(host.available_memory) / gib,
        host.oom_kills);
}

void add_summary(HtmlNode details, const CollectedRun& run) {
    const auto& record = run.record;
    auto summary = add(details, "summary");
    add_badge(summary, record.verdict.outcome);
    add(summary, "span", run.name, "name");
    add(summary, "span", human_time(record.observation.duration), "time");
    add(summary, "span", record.verdict.reason, "why");
}

/// The first of the findings that have room; how many are left out is said.
void add_findings(HtmlNode parent, std::span<const std::string> findings) {
    if (findings.empty())
        return;
    auto list = add(parent, "ul");
    auto room = most_findings;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const auto text = one_line(findings[i], most_line);
        const auto size = html_size(text) + line_markup;
        if (size > room) {
            add(list, "li", fmt::format("… and {} more", findings.size() - i));
            return;
        }
        room -= size;
        add(list, "li", text);
    }
}

void add_phases(HtmlNode parent, const RunRecord& record) {
    auto bar = add(parent, "div", "", "phases");
    auto list = add(parent, "p", "", "legend");
    for (const auto& [name, length] : pieces_of(record)) {
        add_share(bar, name, length.count());
        auto entry = add(list, "span");
        add(entry, "span", "", fmt::format("colour {}", name));
        add(entry, "span", fmt::format("{} {}", name, human_time(length)));
    }
}

std::string_view result_word(SubtestResult result) {
    switch (result) {
    case SubtestResult::pass:
        return "pass";
    case SubtestResult::fail:
        return "fail";
    case SubtestResult::skip:
        return "skip";
    case SubtestResult::unfinished:
        break;
    }
    return "unfinished";
}

/// What is broken comes first, so that it has room if anything has.
std::vector<SubtestRecord> broken_first(std::span<const SubtestRecord> subtests) {
    std::vector<SubtestRecord> ordered(subtests.begin(), subtests.end());
    std::stable_partition(ordered.begin(), ordered.end(), [](const SubtestRecord& subtest) {
        return subtest.result == SubtestResult::fail || subtest.result == SubtestResult::unfinished;
    });
    return ordered;
}

void add_subtest(HtmlNode table, const SubtestRecord& subtest, std::string_view name) {
    auto row = add(table, "tr");
    const auto word = result_word(subtest.result);
    add(add(row, "td"), "span", word, fmt::format("badge {}", word));
    add(row, "td", name);
    add(row, "td", subtest.duration ? human_time(*subtest.duration) : "", "time");
}

void add_subtests(HtmlNode parent, std::span<const SubtestRecord> subtests, std::size_t room) {
    if (subtests.empty())
        return;
    add(parent, "h4", "Subtests");
    auto table = add(parent, "table");
    std::size_t shown = 0;
    for (const auto& subtest : broken_first(subtests)) {
        const auto name = one_line(subtest.name, most_name);
        const auto size = html_size(name) + row_markup;
        if (shown == most_subtests || size > room)
            break;
        room -= size;
        ++shown;
        add_subtest(table, subtest, name);
    }
    if (shown < subtests.size())
        add(parent, "p", fmt::format("… and {} more", subtests.size() - shown));
}

/// The last of the lines that 'room' bytes of HTML have room for; what is left of it comes back.
std::size_t add_journal(
    HtmlNode parent, std::string_view title, std::span<const JournalLine> lines, std::size_t room) {
    const auto heading = html_size(title) + heading_markup;
    if (lines.empty() || heading > room)
        return room;
    room -= heading;
    std::size_t first = lines.size();
    std::vector<std::string> texts;
    for (; first > 0; --first) {
        auto text = one_line(journal_text(lines[first - 1]), most_line) + "\n";
        const auto size = html_size(text) + line_markup;
        if (size > room)
            break;
        room -= size;
        texts.push_back(std::move(text));
    }
    if (texts.empty())
        return room;
    add(parent, "h4", title);
    auto block = add(parent, "pre", "", "journal");
    for (auto line = lines.subspan(first); !line.empty(); line = line.subspan(1)) {
        add(block, "span", texts.back(), fmt::format("p{}", std::clamp(line[0].priority, 0, 7)));
        texts.pop_back();
    }
    return room;
}

/// The verdict has the unit's last lines, where the journal's file is gone.
std::span<const JournalLine> lines_of(const CollectedRun& run) {
    const auto& journal = run.record.observation.journal;
    if (run.excerpt.empty() && journal)
        return journal->unit_tail;
    return run.excerpt;
}

void add_surroundings(HtmlNode parent, const JournalFindings& journal) {
    auto room = add_journal(
        parent, "The kernel complained", journal.kernel_warnings, most_surroundings / 2);
    room += most_surroundings / 2;
    for (const auto& unit : journal.failed_units)
        room = add_journal(
            parent,
            one_line(fmt::format("{} failed ({})", unit.name, unit.result), most_name),
            unit.tail,
            room);
}

/// Characters that HTML escapes take several bytes, so that the more there are, the less is shown.
std::string cut_to_html_size(const std::string& text, std::size_t limit) {
    auto cut = cut_middle(text, limit);
    for (auto most = limit; html_size(cut) > limit; cut = cut_middle(text, most))
        most = most * limit / html_size(cut);
    return cut;
}

void add_console(HtmlNode parent, const Observation& observation) {
    if (observation.console_tail.empty())
        return;
    add(parent, "h4", "Console");
    add(parent, "pre", cut_to_html_size(printable(observation.console_tail), most_console));
}

/// As SVG has it, whose elements may have an end tag.
void add_screenshot(HtmlNode parent, const CollectedRun& run) {
    const auto size = png_size(run.screenshot);
    if (!size)
        return;
    add(parent, "h4", "Screen");
    auto picture = add(parent, "svg", "", "screen");
    set(picture, "viewBox", fmt::format("0 0 {} {}", size->width, size->height));
    set(picture, "role", "img");
    set(picture, "aria-label", fmt::format("The screen of {}", run.name));
    auto image = add(picture, "image");
    set(image, "href", "data:image/png;base64," + base64(run.screenshot));
    set(image, "width", fmt::format("{}", size->width));
    set(image, "height", fmt::format("{}", size->height));
}

void add_commands(HtmlNode parent, const RunRecord& record) {
    std::string text;
    for (const auto* command :
         {&record.rerun_command,
          &record.resume_command,
          &record.journal_command,
          &record.coredump_command})
        if (!command->empty())
            text += printable_line(*command) + "\n";
    if (text.empty())
        return;
    add(parent, "h4", "Commands");
    add(parent, "pre", text);
}

} // namespace

void add_run(
    HtmlNode parent, const CollectedRun& run, std::string_view anchor, std::size_t subtests_room) {
    const auto& record = run.record;
    const bool broken = is_broken(record.verdict.outcome);
    auto details = add(parent, "details", "", to_string(record.verdict.outcome));
    set(details, "id", anchor);
    if (broken)
        set(details, "open", "open");
    add_summary(details, run);
    if (!record.verdict.text.empty())
        add(details, "p", record.verdict.text);
    add_findings(details, record.verdict.findings);
    if (record.has_machine) {
        add(details, "p", describe_machine(record), "machine");
        if (broken)
            add(details, "p", describe_host(record.observation.host), "machine");
        add_phases(details, record);
    }
    const auto& journal = record.observation.journal;
    if (journal)
        add_subtests(details, journal->subtests, subtests_room);
    if (journal && broken)
        add_surroundings(details, *journal);
    // Of what has passed, enough to see that it did what it was meant to.
    add_journal(details, "Journal", lines_of(run), broken ? most_journal : most_passed_journal);
    if (broken)
        add_console(details, record.observation);
    add_screenshot(details, run);
    add_commands(details, record);
}

} // namespace bootproof
