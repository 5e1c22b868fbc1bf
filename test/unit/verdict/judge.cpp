// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/judge.hpp"

#include "contains.hpp"
#include "verdict/checks.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <vector>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

void add_resets(Observation& observation, unsigned count) {
    for (unsigned i = 0; i < count; ++i)
        observation.events.push_back({.at = 10s, .name = "RESET", .reason = "guest-reset"});
}

/// A machine of which nothing was heard.
Observation silent_run() {
    auto run = run_cut_off_at_boot();
    run.messages.clear();
    run.channel_opened = false;
    run.journal.reset();
    return run;
}

} // namespace

TEST_CASE("the declared exit status is a pass, without a reason and without findings") {
    const auto verdict = judged(good_run());
    check(verdict, Outcome::pass, "");
    CHECK(verdict.findings.empty());
}

TEST_CASE("another declared exit status is a pass, and 123 then is a failure") {
    auto descriptor = sample_descriptor();
    descriptor.exit_code = 124;
    check(judge(descriptor, run_with_status("124")), Outcome::pass, "");
    check(judge(descriptor, run_with_status("123")), Outcome::fail, "unit-failed");
}

TEST_CASE("a status that is not the declared one fails with both numbers") {
    const auto verdict = judged(run_with_status("1"));
    check(verdict, Outcome::fail, "unit-failed");
    CHECK(contains(verdict.text, "status 1,"));
    CHECK(contains(verdict.text, "123"));
}

TEST_CASE("status 77 is a skip that says what the unit said last") {
    const auto verdict = judged(run_with_status("77"));
    check(verdict, Outcome::skip, "unit-skipped");
    CHECK(contains(verdict.text, "All is well"));
}

TEST_CASE("status 0 vouches for nothing") {
    check(judged(run_with_status("0")), Outcome::fail, "no-exit-status");
}

TEST_CASE("a status that is no number from 0 to 255 is none") {
    for (const auto* status :
         {"", "abc", "123x", " 123", "-1", "+123", "256", "99999999999999999999"}) {
        CAPTURE(status);
        check(judged(run_with_status(status)), Outcome::fail, "no-exit-status");
    }
}

TEST_CASE("the last exit status counts: a reboot sends 0 before") {
    auto run = good_run();
    run.messages.insert(run.messages.begin(), message(3s, {{"EXIT_STATUS", "0"}}));
    check(judged(run), Outcome::pass, "");
}

TEST_CASE("a success that is followed by a shutdown with status 0 is none") {
    auto run = good_run();
    run.messages.push_back(message(23s, {{"EXIT_STATUS", "0"}}));
    check(judged(run), Outcome::fail, "no-exit-status");
}

TEST_CASE("an open channel without a status fails the test") {
    auto run = run_cut_off_at_boot();
    check(judged(run), Outcome::fail, "no-exit-status");
    run.messages.clear();
    check(judged(run), Outcome::fail, "no-exit-status");
}

TEST_CASE("a channel that was never opened is an error") {
    check(judged(silent_run()), Outcome::error, "channel-lost");
}

TEST_CASE("an interrupt goes before all else and names its signal") {
    auto run = good_run();
    run.ended = Ended::by_interrupt;
    run.interrupting_signal = SIGTERM;
    run.panic = "Kernel panic";
    const auto verdict = judged(run);
    check(verdict, Outcome::interrupted, "interrupted");
    CHECK(contains(verdict.text, "SIGTERM"));
}

TEST_CASE("what virsh says after the cause is not taken for it") {
    auto run = silent_run();
    run.backend = Backend::libvirt;
    run.machine_end = ProcessEnd{.exit_status = 1};
    run.machine_errors = "error: Failed to create domain from /run/1/domain.xml\n"
                         "error: internal error: process exited: no such device\n\n"
                         "error: failed to get domain 'bootproof-1'\n";
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "machine-failed");
    CHECK(contains(verdict.text, "libvirt exited with status 1"));
    CHECK(contains(verdict.text, ": error: internal error: process exited: no such device"));
    CHECK_FALSE(contains(verdict.text, "failed to get domain"));
}

TEST_CASE("a machine that could not be started is an error with QEMU's last line") {
    auto run = silent_run();
    run.machine_end.reset();
    run.machine_errors = "first\nqemu: -m: bad size\n\n";
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "machine-failed");
    CHECK(contains(verdict.text, ": qemu: -m: bad size"));
    CHECK(!contains(verdict.text, "first"));
    CHECK(!has_finding(verdict, "journal"));
}

TEST_CASE("QEMU exiting with an error before the guest did anything is an error") {
    auto run = silent_run();
    run.machine_end = ProcessEnd{.exit_status = 1};
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "machine-failed");
    CHECK(contains(verdict.text, "status 1 before the guest did anything"));
}

TEST_CASE("QEMU exiting with an error under a running guest is an error, too") {
    auto run = run_cut_off_at_boot();
    run.machine_end = ProcessEnd{.exit_status = 1};
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "machine-failed");
    CHECK(!contains(verdict.text, "before the guest did anything"));
}

TEST_CASE("QEMU's status after the guest has given its own is a finding") {
    auto run = good_run();
    run.machine_end = ProcessEnd{.exit_status = 1};
    const auto verdict = judged(run);
    check(verdict, Outcome::pass, "");
    CHECK(has_finding(verdict, "QEMU exited with status 1"));
}

TEST_CASE("QEMU killed by SIGKILL is an error, never a skip, and says whether memory ran out") {
    for (auto run : {good_run(), run_with_status("77"), silent_run()}) {
        run.machine_end = ProcessEnd{.signal = SIGKILL};
        auto verdict = judged(run);
        check(verdict, Outcome::error, "machine-killed");
        CHECK(contains(verdict.text, "by SIGKILL, and not by the kernel for lack of memory"));

        run.host.oom_kills = 1;
        verdict = judged(run);
        check(verdict, Outcome::error, "machine-killed");
        CHECK(contains(verdict.text, "by SIGKILL, when the host's memory ran out"));
    }
}

TEST_CASE("QEMU ended by another signal is an error that names it") {
    auto run = run_cut_off_at_boot();
    run.machine_end = ProcessEnd{.signal = SIGABRT};
    run.machine_errors = "error: failed to set MSR\n";
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "machine-killed");
    CHECK(contains(verdict.text, "SIGABRT: error: failed to set MSR"));
}

TEST_CASE("a signal that the runner sent does not count against QEMU") {
    auto run = good_run();
    run.machine_end = ProcessEnd{.signal = SIGKILL};
    run.ended = Ended::by_verdict;
    check(judged(run), Outcome::pass, "");
}

TEST_CASE("a panic fails with its line, however it was seen") {
    auto run = run_cut_off_at_boot();
    run.ended = Ended::by_verdict;
    SUBCASE("on the console") {
        run.panic = "Kernel panic - not syncing: Attempted to kill init!";
        CHECK(contains(judged(run).text, "Attempted to kill init!"));
    }
    SUBCASE("by pvpanic") {
        run.events = {{.at = 3s, .name = "GUEST_PANICKED", .reason = ""}};
    }
    SUBCASE("by the reason of the shutdown, QEMU exiting with a failure") {
        run.events = {{.at = 3s, .name = "SHUTDOWN", .reason = "guest-panic"}};
        run.ended = Ended::by_itself;
        run.machine_end = ProcessEnd{.exit_status = 1};
    }
    check(judged(run), Outcome::fail, "kernel-panic");
}

TEST_CASE(
    "a machine that QEMU stopped is an error with its cause, a stop that it got over is nothing") {
    auto run = good_run();
    run.events = {{.at = 3s, .name = "STOP", .reason = ""}};
    check(judged(run), Outcome::pass, "");
    run.ended = Ended::by_verdict;
    CHECK(judged(run).text.find("internal error") != std::string::npos);
    run.events.insert(
        run.events.begin(),
        {.at = 3s, .name = "BLOCK_IO_ERROR", .reason = "No space left on device"});
    check(judged(run), Outcome::error, "machine-failed");
    CHECK(judged(run).text.find("No space left on device") != std::string::npos);
}

TEST_CASE("the machine's watchdog fails the test") {
    auto run = good_run();
    run.events = {{.at = 3s, .name = "WATCHDOG", .reason = ""}};
    check(judged(run), Outcome::fail, "watchdog");
}

TEST_CASE("a machine that stays in emergency.target fails with that") {
    auto run = run_cut_off_at_boot();
    run.ended = Ended::by_deadline;
    run.messages.push_back(message(16s, {{"X_SYSTEMD_UNIT_ACTIVE", "emergency.target"}}));
    check(judged(run), Outcome::fail, "emergency-shell");
    run.messages.push_back(message(17s, {{"X_SYSTEMD_UNIT_INACTIVE", "emergency.target"}}));
    check(judged(run), Outcome::timeout, "timeout");
}

TEST_CASE("a machine that was ended because of emergency mode fails with that") {
    auto run = good_run();
    run.journal->unit_started.reset();
    run.journal->unit_ended.reset();
    run.journal->unit_tail.clear();
    run.messages.back().fields["EXIT_STATUS"] = "187";
    check(judged(run), Outcome::fail, "emergency-shell");
    run.journal->unit_started = 12s;
    check(judged(run), Outcome::fail, "unit-failed");
}

TEST_CASE("a test that visits emergency.target and gives its status passes") {
    auto run = good_run();
    run.messages.insert(
        run.messages.begin(), message(3s, {{"X_SYSTEMD_UNIT_ACTIVE", "emergency.target"}}));
    check(judged(run), Outcome::pass, "");
}

TEST_CASE("a timeout names how far the run came") {
    auto run = run_cut_off_at_boot();
    std::string phrase;
    SUBCASE("nothing was heard") {
        run = silent_run();
        phrase = "firmware, boot loader or kernel";
    }
    SUBCASE("PID 1 spoke") {
        phrase = "before the unit started";
    }
    SUBCASE("the unit ran") {
        run.journal->unit_started = 16s;
        phrase = "while the unit was running";
    }
    SUBCASE("the unit had ended") {
        run.journal->unit_ended = 16s;
        phrase = "while the machine shut down";
    }
    run.ended = Ended::by_deadline;
    const auto verdict = judged(run);
    check(verdict, Outcome::timeout, "timeout");
    CHECK(contains(verdict.text, "23.4 s"));
    CHECK(contains(verdict.text, phrase));
}

TEST_CASE("a failure or timeout names the subtest in which the test stood") {
    auto run = run_with_status("1");
    run.journal->subtests = {
        {.name = "outer", .result = SubtestResult::fail},
        {.name = "outer.inner", .result = SubtestResult::fail},
        {.name = "later", .result = SubtestResult::skip}};
    CHECK(judged(run).text == "Exit status 1, expected was 123, in outer.inner");
    run.journal->subtests.push_back({.name = "hangs", .result = SubtestResult::unfinished});
    run.ended = Ended::by_deadline;
    run.messages.clear();
    CHECK(contains(judged(run).text, ", in hangs"));
}

TEST_CASE("a timeout tells the last status, made harmless") {
    auto run = run_cut_off_at_boot();
    run.ended = Ended::by_deadline;
    run.messages.push_back(message(9s, {{"STATUS", "Waiting\n\x1b[31mfor a job"}}));
    const auto verdict = judged(run);
    check(verdict, Outcome::timeout, "timeout");
    CHECK(contains(verdict.text, "Waiting"));
    CHECK(!contains(verdict.text, "\x1b"));
}

TEST_CASE("more resets than declared fail, even with the right status") {
    auto run = good_run();
    add_resets(run, 1);
    check(judged(run), Outcome::fail, "unexpected-reset");
    auto descriptor = sample_descriptor();
    descriptor.reboots = 1;
    check(judge(descriptor, run), Outcome::pass, "");
    add_resets(run, 1);
    check(judge(descriptor, run), Outcome::fail, "unexpected-reset");
}

TEST_CASE("any number of resets passes where no number is declared") {
    auto descriptor = sample_descriptor();
    descriptor.any_reboots = true;
    auto run = good_run();
    check(judge(descriptor, run), Outcome::pass, "");
    add_resets(run, 3);
    check(judge(descriptor, run), Outcome::pass, "");
    run.ended = Ended::by_verdict;
    check(judge(descriptor, run), Outcome::fail, "unexpected-reset");
}

TEST_CASE("a reset that the host made is not the guest's") {
    auto run = good_run();
    run.events = {{.at = 1s, .name = "RESET", .reason = "host-qmp-system-reset"}};
    check(judged(run), Outcome::pass, "");
}

TEST_CASE("fewer resets than declared spoil a pass only") {
    auto descriptor = sample_descriptor();
    descriptor.reboots = 2;
    auto run = good_run();
    add_resets(run, 1);
    check(judge(descriptor, run), Outcome::fail, "reboots-missing");
    check(judge(descriptor, run_with_status("1")), Outcome::fail, "unit-failed");
    check(judge(descriptor, run_with_status("77")), Outcome::skip, "unit-skipped");
}

TEST_CASE("surplus resets are a finding where something else decided") {
    auto run = run_cut_off_at_boot();
    run.panic = "Kernel panic";
    add_resets(run, 2);
    CHECK(has_finding(judged(run), "reset 2 times"));
    run.panic.clear();
    CHECK(!has_finding(judged(run), "reset 2 times"));
}

TEST_CASE("every outcome has the exit code that Meson understands") {
    CHECK(exit_code(Outcome::pass) == 0);
    CHECK(exit_code(Outcome::fail) == 1);
    CHECK(exit_code(Outcome::timeout) == 1);
    CHECK(exit_code(Outcome::skip) == 77);
    CHECK(exit_code(Outcome::error) == 99);
    CHECK(exit_code(Outcome::interrupted) == 130);
}

namespace {

/// The same run in a container, whose exit status systemd-nspawn passes on.
Observation container_run(int status) {
    auto run = run_with_status(std::to_string(status));
    run.kind = MachineKind::container;
    run.backend = Backend::nspawn;
    run.machine_end = ProcessEnd{.exit_status = status};
    return run;
}

} // namespace

TEST_CASE("a container's exit status is the guest's, and no fault of systemd-nspawn") {
    const auto pass = judged(container_run(123));
    check(pass, Outcome::pass, "");
    CHECK(pass.findings.empty());
    check(judged(container_run(77)), Outcome::skip, "unit-skipped");
    check(judged(container_run(1)), Outcome::fail, "unit-failed");
}

TEST_CASE("a container whose two exit statuses differ has not passed") {
    auto run = container_run(123);
    run.machine_end = ProcessEnd{.exit_status = 1};
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "status-contradicted");
    CHECK(contains(verdict.text, "exited with status 1"));
    CHECK(has_finding(verdict, "systemd-nspawn exited with status 1"));
}

TEST_CASE("a container that could not be set up is named") {
    auto run = container_run(1);
    run.messages.clear();
    run.channel_opened = false;
    run.machine_errors = "mount: only root can do that\n";
    const auto verdict = judged(run);
    check(verdict, Outcome::error, "machine-failed");
    CHECK(contains(verdict.text, "systemd-nspawn exited with status 1"));
    CHECK(contains(verdict.text, "only root can do that"));
}

TEST_CASE("a container's reboots are counted") {
    auto run = container_run(123);
    run.events.push_back({.name = "RESET", .reason = "guest-reset"});
    check(judged(run), Outcome::fail, "unexpected-reset");
    auto descriptor = sample_descriptor();
    descriptor.reboots = 1;
    check(judge(descriptor, run), Outcome::pass, "");
}

TEST_CASE("a forked machine that was ended when its test had ended passes, though it was killed") {
    auto run = good_run();
    run.ended = Ended::by_completion;
    run.machine_end = ProcessEnd{.signal = SIGKILL};
    CHECK(judge(sample_descriptor(), run).outcome == Outcome::pass);
    CHECK(judge(sample_descriptor(), run).findings.empty());
}

TEST_CASE("a forked machine that could not take over its test is an error with the agent's words") {
    auto run = run_cut_off_at_boot();
    run.messages.push_back(message(3s, {{"EXIT_STATUS", "188"}}));
    run.agent_words = "first\nln: failed\n";
    const auto verdict = judge(sample_descriptor(), run);
    CHECK(verdict.outcome == Outcome::error);
    CHECK(verdict.reason == "fork-failed");
    CHECK(verdict.text == Contains("ln: failed"));
    run.agent_words.clear();
    CHECK(judge(sample_descriptor(), run).text == Contains("said nothing"));
}

TEST_CASE("a machine that could not be told of its test is an error") {
    auto run = run_cut_off_at_boot();
    run.messages.push_back(message(3s, {{"EXIT_STATUS", "189"}}));
    const auto verdict = judge(sample_descriptor(), run);
    CHECK(verdict.outcome == Outcome::error);
    CHECK(verdict.reason == "start-failed");
}

TEST_CASE("a command that QEMU refuses, and a state that it cannot load, are errors") {
    auto run = run_cut_off_at_boot();
    run.ended = Ended::by_verdict;
    run.events = {{.at = 1s, .name = "QMP_ERROR", .reason = "State blocked"}};
    CHECK(judge(sample_descriptor(), run).text == "QEMU refused a command: State blocked");
    run.events = {{.at = 1s, .name = "MIGRATION", .reason = "failed"}};
    CHECK(judge(sample_descriptor(), run).text == Contains("could not save or load"));
    CHECK(judge(sample_descriptor(), run).outcome == Outcome::error);
}

TEST_CASE("a machine that was saved has no verdict, any other has one that says why") {
    auto run = run_cut_off_at_boot();
    run.saved = true;
    CHECK_FALSE(judge_saved(sample_descriptor(), run));
    for (const auto& spoil : std::vector<std::function<void(Observation&)>>{
             [](auto& spoilt) { spoilt.machine_end = ProcessEnd{.signal = SIGKILL}; },
             [](auto& spoilt) { spoilt.journal.reset(); },
             [](auto& spoilt) { spoilt.journal->has_entries = false; },
             [](auto& spoilt) { spoilt.journal_truncated = true; }}) {
        auto spoilt = run;
        spoil(spoilt);
        REQUIRE(judge_saved(sample_descriptor(), spoilt));
        CHECK(judge_saved(sample_descriptor(), spoilt)->reason == "boot-failed");
    }
    auto panicked = run_cut_off_at_boot();
    panicked.panic = "Kernel panic - not syncing: x";
    const auto verdict = judge_saved(sample_descriptor(), panicked);
    CHECK(verdict->outcome == Outcome::error);
    CHECK(verdict->text == Contains("did not come up: The kernel panicked"));
    auto passed = good_run();
    CHECK(judge_saved(sample_descriptor(), passed)->outcome == Outcome::error);
    auto interrupted = run_cut_off_at_boot();
    interrupted.ended = Ended::by_interrupt;
    CHECK(judge_saved(sample_descriptor(), interrupted)->outcome == Outcome::interrupted);
}
