// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/findings.hpp"

#include "verdict/checks.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace bootproof;
using namespace std::string_literals;

namespace {

Observation run_with_coredump(const std::string& executable) {
    auto run = good_run();
    run.journal->coredumps = {
        {.executable = executable, .signal = SIGSEGV, .unit = "foo.service", .pid = 42}};
    return run;
}

} // namespace

TEST_CASE("a core dump turns a pass and a skip into a failure") {
    auto run = run_with_coredump("/usr/bin/foo");
    auto verdict = judged(run);
    check(verdict, Outcome::fail, "coredump");
    CHECK(contains(verdict.text, "/usr/bin/foo (SIGSEGV) of foo.service"));
    run.messages.back().fields["EXIT_STATUS"] = "77";
    check(judged(run), Outcome::fail, "coredump");
    run.messages.back().fields["EXIT_STATUS"] = "1";
    verdict = judged(run);
    check(verdict, Outcome::fail, "unit-failed");
    CHECK(has_finding(verdict, "Core dump: /usr/bin/foo"));
}

TEST_CASE("an excluded core dump is none, and the expression is searched in the executable") {
    auto descriptor = sample_descriptor();
    descriptor.coredump_exclude_regex = "/(test-usr-dump|test-execute)$";
    check(judge(descriptor, run_with_coredump("/usr/lib/test-execute")), Outcome::pass, "");
    check(
        judge(descriptor, run_with_coredump("/usr/lib/test-execute2")), Outcome::fail, "coredump");
}

TEST_CASE("the frames of the thread that crashed follow its core dump") {
    auto run = run_with_coredump("/usr/bin/foo");
    run.journal->coredumps.front().stack = {"#0  0x1 f (g)", "#1  0x2 \x1b[31mred (g)"};
    const auto found = findings(sample_descriptor(), run);
    const auto at = std::ranges::find_if(
        found, [](const auto& line) { return line.starts_with("Core dump: /usr/bin/foo"); });
    REQUIRE(found.end() - at >= 3);
    CHECK(at[1] == "  #0  0x1 f (g)");
    CHECK(at[2].starts_with("  #1  0x2 "));
    CHECK(!contains(at[2], "\x1b"));
}

TEST_CASE("one excluded core dump does not hide another") {
    auto descriptor = sample_descriptor();
    descriptor.coredump_exclude_regex = "good";
    auto run = run_with_coredump("/usr/bin/good");
    run.journal->coredumps.push_back({.executable = "/usr/bin/bad", .signal = SIGABRT});
    const auto verdict = judge(descriptor, run);
    check(verdict, Outcome::fail, "coredump");
    CHECK(contains(verdict.text, "/usr/bin/bad"));
    CHECK(!has_finding(verdict, "/usr/bin/good"));
}

TEST_CASE("an executable whose path is too long cannot be excluded, nor exhaust the stack") {
    auto descriptor = sample_descriptor();
    descriptor.coredump_exclude_regex = "(.|a)*";
    check(
        judge(descriptor, run_with_coredump(std::string(1'000'000, 'a'))),
        Outcome::fail,
        "coredump");
}

TEST_CASE("an executable with a long path is matched within the stack") {
    auto descriptor = sample_descriptor();
    descriptor.coredump_exclude_regex = "(a|b)*end$";
    check(judge(descriptor, run_with_coredump(std::string(509, 'a') + "end")), Outcome::pass, "");
}

TEST_CASE("a core dump that is expected is none, and one that does not come is a finding") {
    auto run = good_run();
    auto descriptor = sample_descriptor();
    descriptor.expected_coredumps = {
        {.executable = "/sleep$", .signal = "SIGSEGV", .unit = "a.service", .count = 2}};
    const auto is_expected_of = [&](const CoredumpRecord& coredump) {
        run.journal->coredumps = {coredump};
        return judge(descriptor, run).outcome == Outcome::pass;
    };
    const CoredumpRecord good{.executable = "/bin/sleep", .signal = SIGSEGV, .unit = "a.service"};
    CHECK(is_expected_of(good));
    CHECK(
        judge(descriptor, run).findings
        == std::vector<std::string>{
            "Expected, but did not come: 1 core dumps of /sleep$ SIGSEGV a.service"});
    CHECK_FALSE(
        is_expected_of({.executable = "/bin/bash", .signal = SIGSEGV, .unit = "a.service"}));
    CHECK_FALSE(
        is_expected_of({.executable = "/bin/sleep", .signal = SIGABRT, .unit = "a.service"}));
    CHECK_FALSE(
        is_expected_of({.executable = "/bin/sleep", .signal = SIGSEGV, .unit = "b.service"}));
    run.journal->coredumps = {good, good};
    CHECK(judge(descriptor, run).findings.empty());
    run.journal->coredumps = {good, good, good};
    CHECK(judge(descriptor, run).reason == "coredump");
    descriptor.expected_coredumps = {{.signal = "SIGSEGV", .count = 3}};
    CHECK(judge(descriptor, run).outcome == Outcome::pass);
}

TEST_CASE("a sanitizer report turns a pass and a skip into a failure, unless it is excluded") {
    for (const auto* status : {"123", "77"}) {
        auto run = run_with_status(status);
        run.journal->sanitizer_reports = {
            {.process = "multipathd",
             .pid = 7,
             .sanitizer = "AddressSanitizer",
             .text = "AddressSanitizer: SEGV\n\x1b[2J"}};
        auto descriptor = sample_descriptor();
        const auto verdict = judge(descriptor, run);
        CHECK(verdict.outcome == Outcome::fail);
        CHECK(verdict.reason == "sanitizer");
        CHECK(verdict.text.find("AddressSanitizer in multipathd[7]") != std::string::npos);
        CHECK(verdict.text.find('\x1b') == std::string::npos);
        descriptor.sanitizer_exclude_regex = "^multipathd$";
        CHECK(judge(descriptor, run).outcome != Outcome::fail);
    }
}

TEST_CASE("many core dumps are counted, not all listed") {
    auto run = run_with_coredump("/usr/bin/foo");
    run.journal->coredumps.resize(1000, run.journal->coredumps.front());
    const auto verdict = judged(run);
    CHECK(contains(verdict.text, "999 more"));
    CHECK(verdict.findings.size() < 30);
    CHECK(has_finding(verdict, "980 more core dumps"));
}

TEST_CASE("a missing or empty journal turns a pass and a skip into an error") {
    for (const auto* status : {"123", "77"}) {
        auto run = run_with_status(status);
        run.journal->has_entries = false;
        check(judged(run), Outcome::error, "journal-missing");
        run.journal.reset();
        check(judged(run), Outcome::error, "journal-missing");
    }
}

TEST_CASE("a missing journal leaves a failure what it is, and is a finding") {
    auto run = run_with_status("1");
    run.journal.reset();
    const auto verdict = judged(run);
    check(verdict, Outcome::fail, "unit-failed");
    CHECK(has_finding(verdict, "no journal"));
}

TEST_CASE("a machine that gave its status and stayed on is a finding") {
    auto run = good_run();
    run.ended = Ended::by_shutdown_deadline;
    run.machine_end = ProcessEnd{.signal = SIGKILL};
    const auto verdict = judged(run);
    check(verdict, Outcome::pass, "");
    CHECK(has_finding(verdict, "did not power off"));
}

TEST_CASE("dropped messages and QEMU's errors are findings") {
    auto run = good_run();
    run.messages_dropped = 3;
    run.machine_errors = "1\n2\n3\n4\n5\nwarning: \x1b[31mx\n";
    const auto verdict = judged(run);
    check(verdict, Outcome::pass, "");
    CHECK(has_finding(verdict, "3 notify messages"));
    CHECK(has_finding(verdict, "warning: "));
    CHECK(!has_finding(verdict, "\x1b"));
    CHECK(!has_finding(verdict, "QEMU says: 1"));
    CHECK(has_finding(verdict, "QEMU says: 2"));
}

TEST_CASE("what the journal's receiver complains about is not put into QEMU's mouth") {
    auto run = good_run();
    run.receiver_errors = "Failed to write entry of 12 bytes: No space left on device\n";
    const auto verdict = judged(run);
    CHECK(has_finding(verdict, "systemd-journal-remote says: Failed to write entry"));
    CHECK(!has_finding(verdict, "QEMU says"));
}

TEST_CASE("what a guest writes cannot break a line or reach the terminal") {
    const auto hostile = "a\nb\r\x1b]0;title\x07\x00z"s;
    auto run = run_cut_off_at_boot();
    run.panic = hostile;
    CHECK(std::ranges::none_of(judged(run).text, [](char c) { return c >= 0 && c < ' '; }));
    run = run_with_status(hostile);
    CHECK(std::ranges::none_of(judged(run).text, [](char c) { return c >= 0 && c < ' '; }));
    run = run_with_coredump(hostile);
    run.journal->coredumps.front().unit = hostile;
    CHECK(std::ranges::none_of(judged(run).text, [](char c) { return c >= 0 && c < ' '; }));
}
