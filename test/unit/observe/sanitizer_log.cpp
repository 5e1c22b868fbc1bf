// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/sanitizer_log.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

std::vector<SanitizerRecord> reports_of(const std::vector<std::pair<long, std::string>>& lines) {
    SanitizerLog log;
    for (const auto& [pid, line] : lines)
        if (SanitizerLog::concerns(line))
            log.heard(line, "systemd", pid);
    return log.reports();
}

using Reports = std::vector<SanitizerRecord>;

} // namespace

TEST_CASE("a report is told by its summary, and two processes are kept apart") {
    CHECK(
        reports_of(
            {{1, "=="},
             {1, "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010"},
             {2, "==2==ERROR: LeakSanitizer: detected memory leaks"},
             {1, "    #0 0x4f in main a.c:3"},
             {1, "SUMMARY: AddressSanitizer: heap-use-after-free a.c:3 in main"},
             {2, "SUMMARY: LeakSanitizer: 7 byte(s) leaked in 1 allocation(s)."}})
        == Reports{
            {"systemd",
             1,
             "AddressSanitizer",
             "AddressSanitizer: heap-use-after-free a.c:3 in main"},
            {"systemd",
             2,
             "LeakSanitizer",
             "LeakSanitizer: 7 byte(s) leaked in 1 allocation(s)."}});
}

TEST_CASE("undefined behaviour is reported with or without a summary") {
    CHECK(
        reports_of({{1, "a.c:5:3: runtime error: signed integer overflow"}})
        == Reports{
            {"systemd",
             1,
             "UndefinedBehaviorSanitizer",
             "a.c:5:3: runtime error: signed integer overflow"}});
    CHECK(
        reports_of(
            {{1, "a.c:5:3: runtime error: signed integer overflow"},
             {1, "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:5:3"}})
        == Reports{
            {"systemd",
             1,
             "UndefinedBehaviorSanitizer",
             "UndefinedBehaviorSanitizer: undefined-behavior a.c:5:3"}});
}

TEST_CASE("an internal error, a warning of MemorySanitizer and a lone summary are reports") {
    CHECK(
        reports_of({{1, "==1==LeakSanitizer has encountered a fatal error."}})
        == Reports{
            {"systemd", 1, "LeakSanitizer", "==1==LeakSanitizer has encountered a fatal error."}});
    CHECK(
        reports_of({{1, "==1==WARNING: MemorySanitizer: use-of-uninitialized-value"}}).size() == 1);
    CHECK(
        reports_of({{1, "SUMMARY: AddressSanitizer: SEGV a.c:3 in main"}})
        == Reports{{"systemd", 1, "AddressSanitizer", "AddressSanitizer: SEGV a.c:3 in main"}});
}

TEST_CASE("what only mentions a sanitizer is none") {
    CHECK(reports_of({{1, "Built with AddressSanitizer"},
                      {1, "==1==WARNING: ptrace appears to be blocked. LeakSanitizer may hang"},
                      {1, "SUMMARY: all is well"},
                      {1, "==Sanitizer"},
                      {1, "runtime error"}})
              .empty());
}

TEST_CASE("a guest cannot fill the runner's memory with reports") {
    SanitizerLog log;
    for (long pid = 0; pid < 150; ++pid)
        log.heard("==1==ERROR: AddressSanitizer: " + std::string(1000, 'x'), "a", pid);
    CHECK(log.reports().size() == SanitizerLog::most_reports);
    CHECK(log.dropped() == 50);
    CHECK(log.reports().front().text.size() == 300);
}
