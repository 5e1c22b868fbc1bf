// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/collected_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bootproof {

namespace {

constexpr std::size_t most_slow = 5;

Microseconds duration_of(const CollectedRun* run) {
    return run->record.observation.duration;
}

std::vector<const CollectedRun*> slowest_of(std::span<const CollectedRun> runs) {
    std::vector<const CollectedRun*> slowest;
    std::ranges::transform(runs, std::back_inserter(slowest), [](const auto& run) { return &run; });
    std::ranges::stable_sort(slowest, std::greater(), duration_of);
    slowest.resize(std::min(slowest.size(), most_slow));
    return slowest;
}

} // namespace

Totals totals_of(std::span<const CollectedRun> runs) {
    Totals totals{.slowest = slowest_of(runs)};
    std::set<std::string> passed;
    std::set<std::string> broken;
    for (const auto& run : runs) {
        const auto outcome = run.record.verdict.outcome;
        ++totals.outcomes[outcome];
        totals.duration += run.record.observation.duration;
        if (is_broken(outcome)) {
            totals.broken.push_back(&run);
            broken.insert(run.record.descriptor.name);
        } else if (outcome == Outcome::pass) {
            passed.insert(run.record.descriptor.name);
        }
    }
    std::ranges::set_intersection(passed, broken, std::back_inserter(totals.flaky));
    return totals;
}

std::string headline(std::span<const CollectedRun> runs, const Totals& totals) {
    auto text = fmt::format("{} run{}", runs.size(), runs.size() == 1 ? "" : "s");
    std::string_view separator = ": ";
    for (const auto& [outcome, count] : totals.outcomes) {
        text += fmt::format("{}{} {}", separator, count, to_string(outcome));
        separator = ", ";
    }
    return text;
}

std::string human_time(Microseconds time) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    if (seconds < minute)
        return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
    if (seconds < hour)
        return fmt::format("{} min {:02} s", seconds / minute, seconds % minute);
    return fmt::format("{} h {:02} min", seconds / hour, seconds % hour / minute);
}

} // namespace bootproof
