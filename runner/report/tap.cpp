// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/tap.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace bootproof {

namespace {

struct Point {
    bool ok = true;
    std::string name;
    /// Why it was skipped; empty where it was not.
    std::string skip;
};

/// A '#' would begin a directive.
std::string description(std::string_view text) {
    auto line = printable_line(text);
    std::ranges::replace(line, '#', '_');
    return line;
}

Point point_of(const std::string& name, const Verdict& verdict) {
    return {
        .ok = !is_broken(verdict.outcome),
        .name = name,
        .skip = verdict.outcome == Outcome::skip ? verdict.text : ""};
}

Point point_of(const SubtestRecord& subtest, const Verdict& verdict) {
    Point point{.ok = true, .name = subtest.name, .skip = {}};
    if (subtest.result == SubtestResult::skip)
        point.skip = "the test said so";
    else if (subtest.result == SubtestResult::unfinished && !is_broken(verdict.outcome))
        point.skip = "nothing was heard of its end";
    else
        point.ok = subtest.result == SubtestResult::pass;
    return point;
}

std::string text_of(const std::vector<Point>& points) {
    auto text = fmt::format("TAP version 13\n1..{}\n", points.size());
    int number = 0;
    for (const auto& point : points)
        text += fmt::format(
            "{}ok {} - {}{}\n",
            point.ok ? "" : "not ",
            ++number,
            description(point.name),
            point.skip.empty() ? "" : " # SKIP " + description(point.skip));
    return text;
}

} // namespace

std::string tap(const RunRecord& record) {
    if (!record.has_machine && record.verdict.outcome == Outcome::skip)
        return fmt::format("TAP version 13\n1..0 # SKIP {}\n", description(record.verdict.text));
    std::vector<Point> points;
    if (const auto& journal = record.observation.journal)
        for (const auto& subtest : journal->subtests)
            points.push_back(point_of(subtest, record.verdict));
    const bool has_failed =
        std::ranges::any_of(points, [](const Point& point) { return !point.ok; });
    if (points.empty() || (!has_failed && is_broken(record.verdict.outcome)))
        points.push_back(point_of(record.descriptor.name, record.verdict));
    return text_of(points);
}

int tap_exit_code(Outcome outcome) {
    return outcome == Outcome::skip ? 0 : exit_code(outcome);
}

} // namespace bootproof
