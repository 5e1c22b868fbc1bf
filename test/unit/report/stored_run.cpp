// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/stored_run.hpp"

#include "base/fault.hpp"
#include "report/junit.hpp"
#include "report/record.hpp"
#include "report/summary.hpp"
#include "report/tap.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace bootproof;

namespace {

/// A run with something of everything that is stored.
Observation full_run() {
    auto run = run_with_status("1");
    run.forked = ForkTime();
    run.backend = Backend::libvirt;
    run.console_tail = "last words\n";
    run.host = {.load = 2.5, .processors = 4, .available_memory = 1 << 30, .oom_kills = 1};
    auto& journal = run.journal.value();
    journal.subtests = {
        {.name = "a.01", .result = SubtestResult::pass, .duration = Microseconds(1500)},
        {.name = "a.02", .result = SubtestResult::unfinished}};
    journal.coredumps = {
        {.executable = "/bin/a",
         .signal = SIGSEGV,
         .unit = "a.service",
         .pid = 7,
         .stack = {"main"}}};
    journal.sanitizer_reports = {
        {.process = "b", .pid = 8, .sanitizer = "UBSan", .text = "overflow"}};
    journal.failed_units = {
        {.name = "c.service",
         .result = "timeout",
         .tail = {
             {.monotonic = Microseconds(3), .priority = 4, .identifier = "c", .message = "d"}}}};
    journal.kernel_warnings = {
        {.monotonic = Microseconds(9), .priority = 3, .identifier = "kernel", .message = "oops"}};
    return run;
}

std::string fault(const std::string& text) {
    return fault_of([&] { parse_stored_run(text, "verdict.json"); });
}

} // namespace

TEST_CASE("reports of a stored run are those of the run itself") {
    for (const auto& observation : {good_run(), full_run()}) {
        const SampleRun run(observation);
        const auto stored = parse_stored_run(stored_run_json(run.record), "verdict.json");
        CHECK(summary(stored->record, true) == summary(run.record, true));
        CHECK(story(stored->record, false) == story(run.record, false));
        CHECK(junit_xml(stored->record) == junit_xml(run.record));
        CHECK(tap(stored->record) == tap(run.record));
        // Nothing that is stored is lost by storing it again.
        CHECK(stored_run_json(stored->record) == stored_run_json(run.record));
    }
}

TEST_CASE("a run that came to no machine is stored, too") {
    TestDescriptor test;
    test.name = "A";
    StoredRun run(test, {}, verdict_of(Outcome::error, "not-run", "No image"));
    run.record.has_machine = false;
    const auto text = stored_run_json(run.record);
    CHECK(text.find("\"machine\"") == std::string::npos);
    const auto stored = parse_stored_run(text, "verdict.json");
    CHECK_FALSE(stored->record.has_machine);
    CHECK(junit_xml(stored->record) == junit_xml(run.record));
    CHECK(stored_run_json(stored->record) == text);
}

TEST_CASE("whatever a guest says can be stored and read again") {
    const SampleRun run(hostile_run());
    const auto text = stored_run_json(run.record);
    const auto stored = parse_stored_run(text, "verdict.json");
    CHECK(stored->verdict.outcome == Outcome::fail);
    CHECK(stored_run_json(stored->record) == text);
}

TEST_CASE("what is no stored run names the file, and what to do") {
    CHECK(fault("").find("'verdict.json' is no verdict of a run: ") == 0);
    CHECK(fault("{}").find("(Run the test again)") != std::string::npos);
    CHECK(
        fault(R"({"format": 2})")
        == "'verdict.json' is no verdict of a run: it is of format 2, and this version knows 1 "
           "(Run "
           "the test again)");
}
