// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/machines_table.hpp"

#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

TEST_CASE("a saved machine is a line with its tests below") {
    const auto now = std::chrono::system_clock::from_time_t(1'000'000);
    const auto table = machines_table(
        {{.boot_class = "linux-2048M-2cpu-tcg-0",
          .tests = {"TEST-01", "TEST-02"},
          .bytes = std::uint64_t{300} << 20,
          .made = now - 26h,
          .last_used = now - 65s,
          .uses = 3,
          .boot_time = 40s,
          .time_saved = 75s}},
        now);
    for (const auto* part :
         {"linux-2048M-2cpu-tcg-0 ",
          " 300 MiB ",
          " 1 d 2 h ",
          " 1 min 5 s ",
          " 3 ",
          " 40 s ",
          " 1 min 15 s\n",
          "\n  TEST-01 TEST-02\n"})
        CHECK(table == Contains(part));
}

TEST_CASE("a machine that has not paid its boot yet has saved less than nothing") {
    const auto now = std::chrono::system_clock::from_time_t(0);
    CHECK(machines_table({{.boot_class = "a", .time_saved = -40s}}, now) == Contains("-40 s\n"));
}
