// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/page.hpp"

#include "report/html_writer.hpp"
#include "report/page_assets.hpp"
#include "report/page_run.hpp"
#include "report/page_timeline.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

/// Of all runs together, in bytes: their share of what most_pictures leaves.
constexpr std::size_t subtests_room = std::size_t{400} * 1024;

/// The list of Totals that points into 'runs' leads to the details below.
void add_list(
    HtmlNode parent,
    std::string_view title,
    const std::vector<const CollectedRun*>& listed,
    std::span<const CollectedRun> runs) {
    if (listed.empty())
        return;
    add(parent, "h3", title);
    auto list = add(parent, "ul", "", "runs");
    for (const auto* run : listed) {
        const auto& verdict = run->record.verdict;
        auto item = add(list, "li");
        add_badge(item, verdict.outcome);
        add_link(item, run->name, anchor_of(static_cast<std::size_t>(run - runs.data())));
        add(item, "span", human_time(run->record.observation.duration), "time");
        if (is_broken(verdict.outcome))
            add(item, "span", verdict.text, "why");
    }
}

void add_overview(HtmlNode body, std::span<const CollectedRun> runs) {
    const auto totals = totals_of(runs);
    auto section = add(body, "header");
    add(section, "h1", headline(runs, totals));
    add(section, "p", fmt::format("{} of machines", human_time(totals.duration)));
    auto bar = add(section, "div", "", "totals");
    for (const auto& [outcome, count] : totals.outcomes)
        add_share(bar, to_string(outcome), static_cast<std::int64_t>(count));
    add_list(section, "Did not pass", totals.broken, runs);
    if (!totals.flaky.empty()) {
        add(section, "h3", "Flaky: passed and failed");
        auto list = add(section, "ul", "", "runs");
        for (const auto& name : totals.flaky)
            add(list, "li", name);
    }
    add_list(section, "Slowest", totals.slowest, runs);
}

std::string head() {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:; script-src '{}'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<title>Bootproof</title>\n<style>{}</style>\n</head>\n",
        page_js_digest,
        page_css);
}

} // namespace

std::string html_page(std::span<const CollectedRun> runs) {
    HtmlDocument document;
    auto body = document.body();
    add_overview(body, runs);
    add_timeline(body, runs);
    auto section = add(body, "main");
    add(section, "h2", "Runs");
    for (std::size_t i = 0; i < runs.size(); ++i)
        add_run(section, runs[i], anchor_of(i), subtests_room / runs.size());
    // In the body's end, since it is for what is before it.
    return head() + document.serialise(fmt::format("<script>{}</script>", page_js)) + "</html>\n";
}

} // namespace bootproof
