// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/collected_run.hpp"

#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

TEST_CASE("the totals count outcomes, and name what is broken, flaky and slow") {
    SampleRuns samples;
    samples.add("a", good_run());
    samples.add("b", run_with_status("1"));
    samples.add("b", good_run());
    samples.back().observation.duration = 90s;
    samples.add("c", run_with_status("77"));
    const auto runs = samples.collect();
    const auto totals = totals_of(runs);
    CHECK(headline(runs, totals) == "4 runs: 2 pass, 1 fail, 1 skip");
    REQUIRE(totals.broken.size() == 1);
    CHECK(totals.broken[0] == &runs[1]);
    CHECK(totals.flaky == std::vector<std::string>{"b"});
    REQUIRE(totals.slowest.size() == 4);
    CHECK(totals.slowest[0] == &runs[2]);
    CHECK(totals.duration == 90s + 3 * good_run().duration);
}

TEST_CASE("a time has the units that a person would use") {
    CHECK(human_time(0us) == "0.0 s");
    CHECK(human_time(59940ms) == "59.9 s");
    CHECK(human_time(243s) == "4 min 03 s");
    CHECK(human_time(1h + 12min + 59s) == "1 h 12 min");
}
