// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/tap.hpp"

#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

TEST_CASE("a run without subtests is one point") {
    CHECK(tap(SampleRun(good_run()).record) == "TAP version 13\n1..1\nok 1 - TEST-01-BASIC\n");
    CHECK(
        tap(SampleRun(run_with_status("1")).record)
        == "TAP version 13\n1..1\nnot ok 1 - TEST-01-BASIC\n");
    const auto skipped = tap(SampleRun(run_with_status("77")).record);
    CHECK(skipped.starts_with("TAP version 13\n1..1\nok 1 - TEST-01-BASIC # SKIP The unit"));
}

TEST_CASE("each subtest is a point") {
    auto observation = run_with_status("1");
    observation.journal->subtests = {
        {.name = "first", .result = SubtestResult::pass},
        {.name = "a#b", .result = SubtestResult::skip},
        {.name = "third", .result = SubtestResult::unfinished}};
    CHECK(
        tap(SampleRun(observation).record)
        == "TAP version 13\n1..3\nok 1 - first\nok 2 - a_b # SKIP the test said so\n"
           "not ok 3 - third\n");
}

TEST_CASE("a test that fails beside its subtests has a point of its own") {
    auto observation = run_with_status("1");
    observation.journal->subtests = {{.name = "first", .result = SubtestResult::pass}};
    CHECK(
        tap(SampleRun(observation).record)
        == "TAP version 13\n1..2\nok 1 - first\nnot ok 2 - TEST-01-BASIC\n");
}

TEST_CASE("a run that was not begun is skipped as a whole, or fails") {
    const auto of = [](Verdict verdict) {
        TestDescriptor test;
        test.name = "A";
        StoredRun run(test, {}, std::move(verdict));
        run.record.has_machine = false;
        return tap(run.record);
    };
    CHECK(
        of({.outcome = Outcome::skip, .reason = "slow", .text = "It is slow # really"})
        == "TAP version 13\n1..0 # SKIP It is slow _ really\n");
    CHECK(
        of({.outcome = Outcome::error, .reason = "boot-failed", .text = "No"})
        == "TAP version 13\n1..1\nnot ok 1 - A\n");
}

TEST_CASE("TAP tells a skip in words, and everything else by its exit status as well") {
    CHECK(tap_exit_code(Outcome::skip) == 0);
    CHECK(tap_exit_code(Outcome::pass) == 0);
    CHECK(tap_exit_code(Outcome::fail) == 1);
    CHECK(tap_exit_code(Outcome::error) == 99);
}
