// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/markdown.hpp"

#include "contains.hpp"
#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

TEST_CASE("the summary has what did not pass, why, and how to run it again") {
    SampleRuns samples;
    samples.add("good", good_run());
    samples.add("bad", run_with_status("1"));
    const auto text = markdown(samples.collect());
    CHECK(text.starts_with("## 2 runs: 1 pass, 1 fail\n"));
    CHECK(text == Contains("| bad | fail | unit-failed | 23.4 s |"));
    CHECK(text == Contains("<details><summary>bad: Exit status 1"));
    CHECK(text == Contains("All is well"));
    CHECK(text == Contains("Again: <code>meson test -C build"));
}

TEST_CASE("nothing that a guest says is markup") {
    SampleRuns samples;
    samples.add("bad", hostile_run());
    const auto text = markdown(samples.collect());
    CHECK(text.find("<testcase") == std::string::npos);
    CHECK(text.find("<!--") == std::string::npos);
    CHECK(std::ranges::count(text, '`') == 0);
}

TEST_CASE("it stays within what a step summary may have, and says what is left out") {
    SampleRuns samples;
    auto run = run_with_status("1");
    run.journal->unit_tail.assign(20, {.identifier = "a", .message = std::string(1000, '*')});
    for (int i = 0; i < 100; ++i)
        samples.add("bad", run);
    const auto text = markdown(samples.collect());
    CHECK(text.size() < 1024 * 1024);
    CHECK(text == Contains(" more is left out."));
}
