// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/subtest_log.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

constexpr auto pass = SubtestResult::pass;
constexpr auto fail = SubtestResult::fail;
constexpr auto skip = SubtestResult::skip;
constexpr auto unfinished = SubtestResult::unfinished;

/// What is said at the seconds 1, 2, 3…
std::vector<SubtestRecord> subtests_of(const std::vector<std::string>& lines) {
    SubtestLog log;
    Microseconds at(0);
    for (const auto& line : lines)
        log.heard(line, at += 1s);
    return log.subtests();
}

using Subtests = std::vector<SubtestRecord>;

} // namespace

TEST_CASE("traced lines of test-control.sh tell when a subtest begins and ends") {
    CHECK(
        subtests_of(
            {"+ : '--- /usr/lib/systemd/tests/testdata/units/TEST-05-RLIMITS.rlimit.sh BEGIN ---'",
             "+ SECONDS=0",
             "++ : '--- /usr/lib/systemd/tests/testdata/units/TEST-05-RLIMITS.rlimit.sh END (3s) "
             "---'",
             "+ : '+++ testcase_ntp BEGIN +++'",
             "+ : '+++ testcase_ntp END +++'"})
        == Subtests{{"TEST-05-RLIMITS.rlimit", pass, 2s}, {"testcase_ntp", pass, 1s}});
}

TEST_CASE("what runs in a subtest has its name before its own") {
    CHECK(
        subtests_of(
            {"+ : '--- ./TEST-74.busctl.sh BEGIN ---'",
             "+ : '+++ testcase_a BEGIN +++'",
             "+ : '+++ testcase_a END +++'",
             "+ : '+++ testcase_b BEGIN +++'",
             "Subtest ./TEST-74.busctl.sh failed"})
        == Subtests{
            {"TEST-74.busctl", fail, 4s},
            {"TEST-74.busctl.testcase_a", pass, 1s},
            {"TEST-74.busctl.testcase_b", fail, 1s}});
}

TEST_CASE("a subtest whose end is not told is unfinished") {
    CHECK(
        subtests_of({"+ : '+++ testcase_hang BEGIN +++'", "+ sleep infinity"})
        == Subtests{{"testcase_hang", unfinished, std::nullopt}});
}

TEST_CASE("a subtest that was not asked for is skipped") {
    CHECK(
        subtests_of(
            {"Skipping ./TEST-22.01.sh (not matching '02')",
             "Skipping testcase_ntp (matching 'ntp')",
             "Skipping this because I like to ('really')"})
        == Subtests{{"TEST-22.01", skip, std::nullopt}, {"testcase_ntp", skip, std::nullopt}});
}

TEST_CASE("a subtest that begins again after a reboot is the same, by the new clock") {
    SubtestLog log;
    log.heard("+ : '--- ./reboot.sh BEGIN ---'", 50s);
    log.heard("+ : '--- ./reboot.sh BEGIN ---'", 20s);
    log.heard("+ : '--- ./reboot.sh END (1s) ---'", 21s);
    CHECK(log.subtests() == Subtests{{"reboot", pass, 1s}});
    log.heard("+ : '--- ./clock.sh BEGIN ---'", 50s);
    log.heard("+ : '--- ./clock.sh END (1s) ---'", 21s);
    CHECK(log.subtests().back() == SubtestRecord{"clock", pass, std::nullopt});
}

TEST_CASE("records tell the result, with or without lines beside them") {
    SubtestLog log;
    log.recorded({.name = "alone", .result = "skip"}, 1s);
    log.heard("+ : '--- ./both.sh BEGIN ---'", 2s);
    log.recorded({.name = "both.sh", .result = "fail"}, 4s);
    log.heard("Subtest ./both.sh failed", 5s);
    log.recorded({.name = "odd", .result = "maybe"}, 6s);
    log.recorded({.name = "", .result = "pass"}, 6s);
    CHECK(log.subtests() == Subtests{{"alone", skip, std::nullopt}, {"both", fail, 2s}});
}

TEST_CASE("lines that only look like those of subtests are taken for nothing") {
    CHECK(subtests_of({"",
                       "+",
                       "+++",
                       "--- BEGIN ---",
                       "---  BEGIN --",
                       "+++ testcase BEGIN ---",
                       "--- a END (s) --",
                       "+ echo '--- a BEGIN ---'",
                       "Subtest  failed",
                       "Subtest failed",
                       "Skipping ",
                       "Skipping '')"})
              .empty());
}

TEST_CASE("a guest cannot fill the runner's memory with subtests") {
    SubtestLog log;
    for (std::size_t i = 0; i < SubtestLog::most_subtests + 3; ++i)
        log.recorded({.name = fmt::format("n{}", i), .result = "pass"}, 1s);
    log.heard("+++ one_more BEGIN +++", 2s);
    log.heard("+++ one_more END +++", 3s);
    CHECK(log.subtests().size() == SubtestLog::most_subtests);
    log = {};
    log.recorded({.name = std::string(1'000'000, 'x'), .result = "pass"}, 1s);
    CHECK(log.subtests().front().name.size() == 200);
}

TEST_CASE(
    "a record may say where the subtest is and why, and a place outside of the project is none") {
    SubtestLog log;
    log.recorded(
        {.name = "one", .result = "fail", .place = "units/one.sh:12", .reason = "no device"}, 1s);
    log.recorded({.name = "two", .result = "fail", .place = "../../etc/passwd:1"}, 1s);
    log.recorded({.name = "three", .result = "pass", .place = "/etc/passwd"}, 1s);
    const auto& subtests = log.subtests();
    CHECK(subtests.at(0).place == SourcePlace{.file = "units/one.sh", .line = 12});
    CHECK(subtests.at(0).reason == "no device");
    CHECK(subtests.at(1).place == SourcePlace());
    CHECK(subtests.at(2).place == SourcePlace());
}
