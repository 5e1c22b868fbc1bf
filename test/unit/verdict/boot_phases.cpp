// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/boot_phases.hpp"

#include "verdict/observations.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

TEST_CASE("the phases of a good run add up to its duration") {
    const auto run = good_run();
    const auto phases = boot_phases(run);
    CHECK(phases.firmware == 2s);
    CHECK(phases.kernel == 6s);
    CHECK(phases.userspace == 10s);
    CHECK(phases.test == 3200ms);
    CHECK(phases.shutdown == 2200ms);
    CHECK(boot_time(phases) == 18s);
    CHECK(*boot_time(phases) + *phases.test + *phases.shutdown == run.duration);
}

TEST_CASE("a forked machine has a restore in place of firmware and kernel") {
    auto run = good_run();
    run.duration = 4s;
    run.forked = ForkTime{.at = 200ms, .uptime = 40s};
    run.journal->unit_started = 1s;
    run.journal->unit_ended = 3500ms;
    const auto phases = boot_phases(run);
    CHECK(phases.restore == 200ms);
    CHECK(phases.userspace == 800ms);
    CHECK(phases.test == 2500ms);
    CHECK(phases.shutdown == 500ms);
    CHECK_FALSE(phases.firmware);
    CHECK_FALSE(phases.kernel);
    CHECK(boot_time(phases) == Microseconds(1s));
}

TEST_CASE("without a journal no phase is known") {
    auto run = good_run();
    run.journal.reset();
    CHECK(boot_phases(run) == BootPhases{});
    CHECK(!boot_time(boot_phases(run)));
}

TEST_CASE("without an initrd the first message is the main system's") {
    auto run = good_run();
    run.messages.erase(run.messages.begin());
    CHECK(boot_phases(run).kernel == 6s);
}

TEST_CASE("that the initrd's targets end with the main system is no sign of an initrd") {
    auto run = good_run();
    const auto before = boot_phases(run);
    run.messages.insert(
        run.messages.end() - 1, message(22s, {{"X_SYSTEMD_UNIT_INACTIVE", "initrd-fs.target"}}));
    CHECK(boot_phases(run) == before);
}

TEST_CASE("a start of the kernel within the clock's granularity leaves the firmware unknown") {
    auto run = good_run();
    run.journal->first_entry = run.started - 1s;
    const auto phases = boot_phases(run);
    CHECK(!phases.firmware);
    CHECK(phases.kernel == 8s);
    CHECK(phases.userspace == 8s);
    CHECK(boot_time(phases) == 16s);
}

TEST_CASE("a guest's clock that cannot be right gives no phases but the unit's own") {
    auto run = good_run();
    for (const auto wrong :
         {run.started - 3s,
          run.started + 1h,
          WallClock::time_point{},
          WallClock::time_point::max(),
          WallClock::time_point::min()}) {
        run.journal->first_entry = wrong;
        CHECK(boot_phases(run) == BootPhases{.test = 3200ms});
    }
}

TEST_CASE("a unit that did not end has run until the machine ended") {
    auto run = good_run();
    run.journal->unit_ended.reset();
    const auto phases = boot_phases(run);
    CHECK(phases.test == 5400ms);
    CHECK(!phases.shutdown);
    CHECK(*boot_time(phases) + *phases.test == run.duration);
    run.journal->boots = 2;
    CHECK(!boot_phases(run).test);
}

TEST_CASE("monotonic times that cannot be right are left out") {
    auto run = good_run();
    run.journal->unit_ended = 15s;
    CHECK(!boot_phases(run).test);
    run.journal->unit_ended = Microseconds::max();
    CHECK(!boot_phases(run).test);
    CHECK(!boot_phases(run).shutdown);
    run.journal->first_entry_monotonic = Microseconds::max();
    CHECK(!boot_phases(run).firmware);
}

TEST_CASE("after a reboot only the first boot's firmware and kernel are told") {
    auto run = good_run();
    run.messages.insert(
        run.messages.begin() + 2,
        {message(10s, {{"EXIT_STATUS", "0"}}),
         message(12s, {{"X_SYSTEMD_UNIT_ACTIVE", "initrd.target"}})});
    run.journal->boots = 2;
    const auto phases = boot_phases(run);
    CHECK(phases.kernel == 6s);
    CHECK(!phases.userspace);
    CHECK(!phases.shutdown);
    CHECK(phases.test == 3200ms);
}

TEST_CASE("the progress of a run follows its messages and its journal") {
    auto run = run_cut_off_at_boot();
    CHECK(progress_of(run) == Progress::booting);
    CHECK(!reached_unit(run));
    run.journal->unit_started = 16s;
    CHECK(progress_of(run) == Progress::unit_running);
    CHECK(reached_unit(run));
    run.journal->unit_ended = 17s;
    CHECK(progress_of(run) == Progress::shutting_down);
    run.journal.reset();
    run.messages.clear();
    CHECK(progress_of(run) == Progress::silent);
}

TEST_CASE("a status of 0 is no proof that the unit ran, another is") {
    auto run = run_with_status("0");
    run.journal.reset();
    CHECK(!reached_unit(run));
    run = run_with_status("1");
    run.journal.reset();
    CHECK(reached_unit(run));
    CHECK(progress_of(run) == Progress::shutting_down);
}
