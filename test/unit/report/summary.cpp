// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/summary.hpp"

#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a pass is one line") {
    const SampleRun run(good_run());
    CHECK(
        summary(run.record, false)
        == "TEST-01-BASIC passed in 23.4 s (boot 18.0 s, test 3.2 s, tcg, linux-noinitrd)\n");
}

TEST_CASE("a pass with findings stays one line") {
    auto observation = good_run();
    observation.machine_errors = "warning: something\n";
    const SampleRun run(observation);
    REQUIRE(!run.verdict.findings.empty());
    CHECK(std::ranges::count(summary(run.record, false), '\n') == 1);
}

TEST_CASE("subtests are counted, and those that did not pass as well") {
    auto observation = good_run();
    auto& subtests = observation.journal->subtests;
    subtests = {{.name = "a", .result = SubtestResult::pass}};
    CHECK(contains(summary(SampleRun(observation).record, false), "test 3.2 s, 1 subtests, tcg"));
    subtests.push_back({.name = "b", .result = SubtestResult::skip});
    subtests.push_back({.name = "c", .result = SubtestResult::fail});
    subtests.push_back({.name = "d", .result = SubtestResult::unfinished});
    CHECK(contains(
        summary(SampleRun(observation).record, false),
        "4 subtests (1 failed, 1 not ended, 1 skipped), "));
}

TEST_CASE("times that are not known are left out of the line") {
    SampleRun run(good_run());
    run.record.phases = {};
    CHECK(summary(run.record, false) == "TEST-01-BASIC passed in 23.4 s (tcg, linux-noinitrd)\n");
}

TEST_CASE("a failure tells why, the unit's last lines and what to type next") {
    auto observation = run_with_status("1");
    observation.messages_dropped = 2;
    const SampleRun run(observation);
    CHECK(
        summary(run.record, false)
        == "TEST-01-BASIC failed after 23.4 s (boot 18.0 s, test 3.2 s, tcg, linux-noinitrd)\n"
           "  unit-failed: Exit status 1, expected was 123\n"
           "  - 2 notify messages were too many or too large and are lost\n"
           "  The last lines of the journal of TEST-01-BASIC.service:\n"
           "    [   16.100000] TEST-01-BASIC.sh: All is well\n"
           "    [   19.300000] systemd: TEST-01-BASIC.service: Deactivated successfully.\n"
           "  Journal: journalctl --file test/journal/TEST-01-BASIC.journal\n"
           "  Console: test/console/TEST-01-BASIC.log\n"
           "  Again: meson test -C build -i TEST-01-BASIC\n");
}

TEST_CASE("where the unit left nothing, the end of the console is shown") {
    auto observation = run_cut_off_at_boot();
    observation.console_tail.clear();
    for (int i = 0; i < 100; ++i)
        observation.console_tail += "line " + std::to_string(i) + "\n";
    const SampleRun run(observation);
    const auto text = summary(run.record, false);
    CHECK(contains(text, "The last lines of the console:"));
    CHECK(contains(text, "line 99\n"));
    CHECK(contains(text, "line 80\n"));
    CHECK(!contains(text, "line 79\n"));
}

TEST_CASE("what does not exist is not pointed at") {
    SampleRun run(run_with_status("1"));
    run.record.console.clear();
    run.record.journal_command.clear();
    const auto text = summary(run.record, false);
    CHECK(!contains(text, "Journal:"));
    CHECK(!contains(text, "Console:"));
}

TEST_CASE("colour adds escape sequences, and nothing else does") {
    const SampleRun run(hostile_run());
    CHECK(contains(summary(run.record, true), "\x1b[31mfailed after\x1b[0m"));
    const auto plain = summary(run.record, false);
    CHECK(std::ranges::none_of(plain, [](char c) { return c >= 0 && c < ' ' && c != '\n'; }));
    CHECK(!contains(plain, "\xc2\x9b"));
    CHECK(!contains(plain, "\u202e"));
}

TEST_CASE("a CI finds no command in what a guest has said") {
    auto observation = run_with_status("1");
    observation.machine_errors = "##vso[task.complete]";
    observation.journal->unit_tail.clear();
    observation.journal->failed_units = {{.name = "::error::.service", .result = "", .tail = {}}};
    observation.console_tail = "::error::a\n\u00a0::error::b\nc ##[error]d\n";
    const SampleRun run(observation);
    for (const auto& text : {summary(run.record, false), story(run.record, false)}) {
        for (const auto* command : {"##vso[", "##[", "  ::error", "\u00a0::error"})
            CHECK_MESSAGE(!contains(text, command), command);
        CHECK(contains(text, "    : :error::a\n"));
    }
}

TEST_CASE("the story of a run has its phases, and what else failed in the machine") {
    auto observation = run_with_status("1");
    observation.journal->failed_units = {
        {.name = "c.service",
         .result = "timeout",
         .tail = {{.monotonic = Microseconds(1'500'000), .identifier = "c", .message = "d"}}}};
    observation.journal->kernel_warnings = {
        {.monotonic = Microseconds(2'000'000), .identifier = "kernel", .message = "task blocked"}};
    SampleRun run(observation);
    run.record.console = "journal/TEST-01-BASIC.run/console.log";
    CHECK(contains(
        summary(run.record, false), "\n  More: bootproof show -o journal TEST-01-BASIC\n"));
    const auto text = story(run.record, false);
    CHECK(contains(text, "\n  c.service failed (timeout):\n    [    1.500000] c: d\n"));
    CHECK(contains(text, "\n  The kernel complained:\n    [    2.000000] kernel: task blocked\n"));
    CHECK(contains(text, "\n  Again: meson test -C build -i TEST-01-BASIC\n"));
}

TEST_CASE("the story of a pass says where the time went, and how to go on") {
    const auto text = story(SampleRun(good_run()).record, false);
    CHECK(contains(text, "\n  test          3.2 s  ######\n"));
    CHECK(contains(text, "\n  Journal: journalctl --file "));
    CHECK_FALSE(contains(text, "The last lines"));
}
