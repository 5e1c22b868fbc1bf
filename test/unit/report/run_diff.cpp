// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/run_diff.hpp"

#include "contains.hpp"
#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

JournalLine line(const std::string& message) {
    return {.monotonic = 1s, .priority = 6, .identifier = "sh", .message = message};
}

std::vector<JournalLine> lines(std::initializer_list<const char*> messages) {
    std::vector<JournalLine> result;
    for (const auto* message : messages)
        result.push_back(line(message));
    return result;
}

std::string
difference(const std::vector<JournalLine>& failed, const std::vector<JournalLine>& passed) {
    const SampleRun bad(run_with_status("1"));
    const SampleRun good(good_run());
    return run_diff(
        {.record = bad.record, .unit = failed, .all = failed},
        {.record = good.record, .unit = passed, .all = passed});
}

} // namespace

TEST_CASE("what differs from run to run is left out of a line, and words are not") {
    CHECK(normalized(line("pid 4711 took 1.25s")) == "sh:pid # took #.25s");
    CHECK(normalized(line("6c7c6013-a263 deadbeef cafe123")) == "sh:#-a263 deadbeef #");
    CHECK(normalized(line("/tmp/tmp.aB3dE6fG")) == "sh:/tmp/tmp.#");
    CHECK(normalized(line("TEST-01 systemd257 Ubuntu")) == "sh:TEST-# systemd257 Ubuntu");
}

TEST_CASE("journals part at the first line that is another but for times and ids") {
    const auto text = difference(
        lines({"Started 1", "Looks at 4711", "Cannot"}),
        lines({"Started 2", "Looks at 4712", "Can"}));
    CHECK(text == Contains("are the same for 2 lines, then part:\n"));
    CHECK(text == Contains("    - [    1.000000] sh: Cannot\n    + [    1.000000] sh: Can\n"));
    CHECK(text == Contains("Only in the one that failed (1 of 1 lines):"));
    CHECK(text == Contains("Only in the one that passed (1 of 1 lines):"));
}

TEST_CASE("a journal that ends early, and two that are the same") {
    CHECK(
        difference(lines({"One"}), lines({"One", "Two"}))
        == Contains("    - (its journal ends here)\n    + [    1.000000] sh: Two\n"));
    const auto same = difference(lines({"One"}), lines({"One"}));
    CHECK(same == Contains("The unit's journals have the same 1 lines\n"));
    CHECK(same == Contains("Nothing is said only in the one that failed\n"));
    CHECK(difference({}, {}) == Contains("have the same 0 lines"));
}

TEST_CASE("a line that comes again is shown once, and what a guest says cannot paint") {
    const auto text = difference(lines({"Retry 1", "Retry 2", "\x1b[31mred"}), {});
    CHECK(text == Contains("Only in the one that failed (2 of 2 lines):"));
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a CI finds no command in the lines of a difference") {
    const auto text = difference(lines({"##[error]a"}), lines({"##vso[b]"}));
    CHECK(text == Contains("sh: # #[error]a"));
    CHECK(text == Contains("sh: # #vso[b]"));
}
