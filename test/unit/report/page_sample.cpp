// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/page.hpp"
#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <fmt/format.h>

#include <iostream>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

JournalLine line(int priority, const std::string& message) {
    return {
        .monotonic = Microseconds(1s),
        .priority = priority,
        .identifier = "subject",
        .message = message};
}

} // namespace

/// Writes a page to standard output, for check_page.py: "good" has passed, "bad" has failed with a
/// line of each level in its journal and a picture of its screen, and in "hostile" every string is
/// as bad as it can be.
int main() {
    auto bad = run_with_status("1");
    bad.journal->unit_tail.clear();
    for (int priority = 0; priority <= 7; ++priority)
        bad.journal->unit_tail.push_back(line(priority, fmt::format("of level {}", priority)));
    bad.journal->unit_tail.push_back(line(6, std::string(500, 'w')));
    auto hostile = hostile_run();
    hostile.journal->unit_tail.push_back(line(3, "<script>document.title = 'taken over'</script>"));
    SampleRuns runs;
    runs.add("good", good_run());
    runs.add("bad", bad);
    runs.add("hostile<img src=x onerror=\"document.title = 'taken over'\">", hostile);
    auto collected = runs.collect();
    collected.at(1).screenshot = sample_png();
    std::cout << html_page(collected);
    return std::cout.flush() ? 0 : 1;
}
