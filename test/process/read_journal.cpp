// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/read_journal.hpp"

#include "scene.hpp"
#include "sys/file.hpp"
#include "write_journal.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace bootproof {

namespace {

using namespace std::chrono_literals;

/// A journal in export format, with a line a second.
class Lines {
public:
    explicit Lines(unsigned first = 1)
        : second_(first) {}

    void add(int pid, const std::string& message, const std::string& more = {}) {
        text_ += fmt::format(
            "__REALTIME_TIMESTAMP={}000000\n__MONOTONIC_TIMESTAMP={}000000\n"
            "_BOOT_ID=6c7c6013a26343b29e964691ff25d04c\n_PID={}\n_COMM=victim-{}\n{}MESSAGE={}\n\n",
            1'700'000'000 + second_,
            second_,
            pid,
            pid,
            more,
            message);
        ++second_;
    }

    void add_report(int pid) {
        add(pid, fmt::format("=={}==ERROR: AddressSanitizer: SEGV on address {}", pid, pid));
        add(pid, "    #0 0x5581 in main");
        add(pid, "SUMMARY: AddressSanitizer: SEGV in main");
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    unsigned second_;
    std::string text_;
};

std::filesystem::path
journal_of(const Scene& scene, const Lines& lines, const std::string& name = "read.journal") {
    const auto text = scene.root / "read.export";
    write_file(text, lines.text(), 0600);
    auto path = scene.root / name;
    write_journal(text, path);
    return path;
}

std::string processes(const std::vector<SanitizerRecord>& reports) {
    std::string names;
    for (const auto& report : reports)
        names += report.process + " ";
    return names;
}

} // namespace

TEST_CASE("reports of sanitizers are found in the order of the journal") {
    const Scene scene;
    Lines lines;
    lines.add(1, "nothing to see");
    lines.add_report(20);
    lines.add(1, "nothing to see");
    lines.add_report(10);
    const auto findings = read_journal(journal_of(scene, lines), "subject.service", {});
    REQUIRE(findings);
    REQUIRE(findings->sanitizer_reports.size() == 2);
    CHECK(processes(findings->sanitizer_reports) == "victim-20 victim-10 ");
    CHECK(findings->sanitizer_reports[0].text == "AddressSanitizer: SEGV in main");
}

TEST_CASE("so are more of them than can be looked up one by one") {
    const Scene scene;
    Lines lines;
    std::string expected;
    for (int pid = 90; pid > 40; --pid) {
        lines.add_report(pid);
        expected += fmt::format("victim-{} ", pid);
    }
    const auto findings = read_journal(journal_of(scene, lines), "subject.service", {});
    REQUIRE(findings);
    CHECK(processes(findings->sanitizer_reports) == expected);
}

TEST_CASE("so is one in a line that is longer than sd-journal shows") {
    const Scene scene;
    Lines lines;
    lines.add(7, "==7==ERROR: LeakSanitizer: " + std::string(100'000, 'x'));
    const auto findings = read_journal(journal_of(scene, lines), "subject.service", {});
    REQUIRE(findings);
    CHECK(processes(findings->sanitizer_reports) == "victim-7 ");
}

TEST_CASE("what was rotated away counts, each boot once") {
    const Scene scene;
    Lines earlier;
    earlier.add_report(3);
    journal_of(scene, earlier, "read@1.journal");
    Lines later(100);
    later.add_report(4);
    const auto findings = read_journal(journal_of(scene, later), "subject.service", {});
    REQUIRE(findings);
    CHECK(processes(findings->sanitizer_reports) == "victim-3 victim-4 ");
    CHECK(findings->first_entry_monotonic == 1s);
    CHECK(findings->boots == 1);
}

TEST_CASE("lines of the machine that was forked are none of the run") {
    const Scene scene;
    Lines lines;
    lines.add(1, "of the machine");
    const auto path = journal_of(scene, lines);
    CHECK(read_journal(path, "subject.service", {})->has_entries);
    CHECK(read_journal(path, "subject.service", {.start = {}, .run = 1s})->has_entries);
    CHECK_FALSE(read_journal(path, "subject.service", {.start = {}, .run = 2s})->has_entries);
}

TEST_CASE("records of subtests stand beside the lines of others") {
    const Scene scene;
    Lines lines;
    const std::string unit = "_SYSTEMD_UNIT=subject.service\n";
    lines.add(5, "+ : '--- first.sh BEGIN ---'", unit);
    lines.add(5, "+ : '--- first.sh END (1s) ---'", unit);
    auto findings = read_journal(journal_of(scene, lines, "a.journal"), "subject.service", {});
    REQUIRE(findings);
    CHECK(
        findings->subtests
        == std::vector<SubtestRecord>{
            {.name = "first", .result = SubtestResult::pass, .duration = 1s}});
    lines.add(
        6,
        "second",
        "MESSAGE_ID=27479699ef7fb3465eb94a6a2224ac15\nSUBTEST=second\nSUBTEST_RESULT=fail\n");
    findings = read_journal(journal_of(scene, lines, "b.journal"), "subject.service", {});
    REQUIRE(findings);
    REQUIRE(findings->subtests.size() == 2);
    CHECK(findings->subtests[1] == SubtestRecord{.name = "second", .result = SubtestResult::fail});
}

TEST_CASE("units that failed are found with their last words, the test's own not among them") {
    const Scene scene;
    Lines lines;
    const auto failed = [&](const std::string& unit, const std::string& result) {
        lines.add(
            1,
            unit + ": Failed",
            fmt::format(
                "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c\nUNIT={}\nUNIT_RESULT={}\n",
                unit,
                result));
    };
    for (int i = 0; i < 30; ++i)
        lines.add(50, fmt::format("line {}", i), "_SYSTEMD_UNIT=a.service\n");
    failed("a.service", "exit-code");
    failed("subject.service", "timeout");
    failed("b.mount", "protocol");
    failed("a.service", "exit-code");
    const auto findings = read_journal(journal_of(scene, lines), "subject.service", {});
    REQUIRE(findings);
    REQUIRE(findings->failed_units.size() == 2);
    const auto& first = findings->failed_units[0];
    CHECK(first.name == "a.service");
    CHECK(first.result == "exit-code");
    REQUIRE(first.tail.size() == 10);
    CHECK(first.tail.front().message == "line 22");
    CHECK(first.tail.back().message == "a.service: Failed");
    CHECK(findings->failed_units[1].name == "b.mount");
}

TEST_CASE("the kernel's complaints are found, and nothing less") {
    const Scene scene;
    Lines lines;
    const auto kernel = [&](int priority, const std::string& message) {
        lines.add(0, message, fmt::format("_TRANSPORT=kernel\nPRIORITY={}\n", priority));
    };
    kernel(6, "Linux version 6");
    kernel(4, "this is common");
    kernel(4, "WARNING: CPU: 0 PID: 1 at fs/inode.c:1");
    kernel(3, "INFO: task mount:123 blocked for more than 120 seconds.");
    lines.add(7, "an error of a program", "_TRANSPORT=syslog\nPRIORITY=3\n");
    const auto findings = read_journal(journal_of(scene, lines), "subject.service", {});
    REQUIRE(findings);
    REQUIRE(findings->kernel_warnings.size() == 2);
    CHECK(findings->kernel_warnings[0].message == "WARNING: CPU: 0 PID: 1 at fs/inode.c:1");
    CHECK(findings->kernel_warnings[1].priority == 3);
}

} // namespace bootproof
