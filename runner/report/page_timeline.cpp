// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/page_timeline.hpp"

#include "report/timeline.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

double percent(Microseconds part, Microseconds whole) {
    constexpr double all = 100;
    return all * static_cast<double>(part.count())
           / static_cast<double>(std::max<std::int64_t>(1, whole.count()));
}

void add_bar(
    HtmlNode parent, const TimelineBar& bar, const Session& session, std::string_view anchor) {
    const auto& record = bar.run->record;
    auto row = add(parent, "div", "", "row");
    add_badge(row, record.verdict.outcome);
    add_link(row, bar.run->name, anchor);
    auto track = add(row, "div", "", "track");
    auto at = std::chrono::duration_cast<Microseconds>(bar.began - session.began);
    for (const auto& [name, length] : bar.pieces) {
        auto piece = add(track, "span", "", name);
        set(piece,
            "style",
            fmt::format(
                "left:{:.3f}%;width:{:.3f}%",
                percent(at, session.length),
                percent(length, session.length)));
        set(piece, "title", fmt::format("{} {}", name, human_time(length)));
        at += length;
    }
    add(row, "span", human_time(record.before + record.observation.duration), "time");
}

void add_legend(HtmlNode parent) {
    auto legend = add(parent, "p", "", "legend");
    const auto add_colour = [&](std::string_view name) {
        auto entry = add(legend, "span");
        add(entry, "span", "", fmt::format("colour {}", name));
        add(entry, "span", name);
    };
    add_colour("before");
    for (const auto& phase : all_phases)
        add_colour(phase.name);
    add_colour("unmeasured");
}

} // namespace

void add_timeline(HtmlNode body, std::span<const CollectedRun> runs) {
    auto section = add(body, "section");
    add(section, "h2", "Timeline");
    add_legend(section);
    for (const auto& session : sessions_of(runs)) {
        add(section,
            "h3",
            fmt::format(
                "{:%Y-%m-%d %H:%M:%S} UTC, {}",
                fmt::gmtime(WallClock::to_time_t(session.began)),
                human_time(session.length)));
        auto timeline = add(section, "div", "", "timeline");
        for (const auto& bar : session.bars)
            add_bar(
                timeline, bar, session, anchor_of(static_cast<std::size_t>(bar.run - runs.data())));
    }
}

} // namespace bootproof
