// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/lifecycle.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

using Actions = std::vector<Action>;

NotifyReceived notify(const std::map<std::string, std::string>& fields) {
    return {.fields = fields};
}

MachineExited exited(int status) {
    return {.end = {.exit_status = status}};
}

} // namespace

TEST_CASE("a run from boot to power-off asks for the shutdown deadline, then to finish") {
    Lifecycle lifecycle;
    CHECK(lifecycle.handle(notify({{"READY", "1"}}), 3s).empty());
    CHECK(
        lifecycle.handle(notify({{"EXIT_STATUS", "123"}}), 5s)
        == Actions{Action::arm_shutdown_deadline});
    CHECK(lifecycle.handle(MachineEventReceived{.name = "SHUTDOWN", .reason = "guest-shutdown"}, 6s)
              .empty());
    CHECK(lifecycle.handle(exited(0), 7s) == Actions{Action::finish});
    const auto& seen = lifecycle.observation();
    CHECK(seen.ended == Ended::by_itself);
    CHECK(seen.machine_end == ProcessEnd{.exit_status = 0});
    CHECK(seen.duration == 7s);
    CHECK(seen.channel_opened);
    CHECK(
        seen.messages
        == std::vector<NotifyMessage>{
            {.at = 3s, .fields = {{"READY", "1"}}},
            {.at = 5s, .fields = {{"EXIT_STATUS", "123"}}}});
    CHECK(
        seen.events
        == std::vector<MachineEvent>{{.at = 6s, .name = "SHUTDOWN", .reason = "guest-shutdown"}});
}

TEST_CASE("a machine that only exits has not opened its channel") {
    Lifecycle lifecycle;
    CHECK(lifecycle.handle(exited(1), 1us) == Actions{Action::finish});
    CHECK_FALSE(lifecycle.observation().channel_opened);
    CHECK(lifecycle.observation().duration == 1us);
}

TEST_CASE("an exit status before a reboot or kexec is not the end") {
    for (const auto* verb : {"reboot", "kexec"}) {
        Lifecycle lifecycle;
        CHECK(lifecycle.handle(notify({{"EXIT_STATUS", "0"}, {"X_SYSTEMD_SHUTDOWN", verb}}), 1s)
                  .empty());
    }
    for (const auto* verb : {"poweroff", "exit", "halt"}) {
        Lifecycle lifecycle;
        CHECK(
            lifecycle.handle(notify({{"EXIT_STATUS", "0"}, {"X_SYSTEMD_SHUTDOWN", verb}}), 1s)
            == Actions{Action::arm_shutdown_deadline});
    }
}

TEST_CASE(
    "a machine to be kept is saved when its test has failed, and that takes none of its time") {
    Lifecycle lifecycle(Purpose::keep);
    CHECK(
        lifecycle.handle(TestEnded{.status = "1", .waits = true}, 5s)
        == Actions{Action::keep_machine});
    CHECK(lifecycle.handle(MachineEventReceived{.name = "STOP", .reason = ""}, 6s).empty());
    CHECK(
        lifecycle.handle(MachineEventReceived{.name = "MIGRATION", .reason = "completed"}, 9s)
        == Actions{Action::quit_machine});
    CHECK(lifecycle.handle(exited(0), 10s) == Actions{Action::finish});
    const auto& seen = lifecycle.observation();
    CHECK(seen.kept);
    CHECK(seen.ended == Ended::by_completion);
    CHECK(seen.duration == 5s);
    CHECK(seen.events.empty());
}

TEST_CASE("a machine to be kept is ended where it cannot be saved, or the test has passed") {
    const auto failed = [] {
        Lifecycle lifecycle(Purpose::keep);
        lifecycle.handle(TestEnded{.status = "1", .waits = true}, 5s);
        return lifecycle;
    };
    auto refused = failed();
    CHECK(
        refused.handle(MachineEventReceived{.name = "QMP_ERROR", .reason = "No"}, 6s)
        == Actions{Action::kill_machine});
    CHECK(refused.observation().keep_fault == "No");
    auto slow = failed();
    CHECK(slow.handle(KeepDeadlinePassed{}, 6s) == Actions{Action::kill_machine});
    CHECK_FALSE(slow.observation().keep_fault.empty());
    auto interrupted = failed();
    CHECK(interrupted.handle(Interrupted{.signal = SIGINT}, 6s) == Actions{Action::kill_machine});
    CHECK_FALSE(interrupted.observation().kept);
    CHECK_FALSE(interrupted.observation().keep_fault.empty());
    CHECK(interrupted.observation().ended == Ended::by_completion);
    CHECK(interrupted.observation().interrupting_signal == SIGINT);
    auto late = failed();
    CHECK(late.handle(QuestionsAnswered{}, 6s).empty());
    CHECK(late.handle(ShutdownDeadlinePassed{}, 7s).empty());
    Lifecycle passed(Purpose::keep);
    CHECK(passed.handle(TestEnded{.status = "123"}, 5s) == Actions{Action::kill_machine});
}

TEST_CASE(
    "a machine to be kept stands when it is off, and is ended; or wants a reset, and is kept") {
    const auto stop = MachineEventReceived{.name = "STOP", .reason = ""};
    Lifecycle off(Purpose::keep);
    off.handle(MachineEventReceived{.name = "SHUTDOWN", .reason = "guest-shutdown"}, 1s);
    CHECK(off.handle(stop, 1s) == Actions{Action::quit_machine});
    Lifecycle reset(Purpose::keep);
    reset.handle(MachineEventReceived{.name = "SHUTDOWN", .reason = "guest-reset"}, 1s);
    CHECK(reset.handle(stop, 1s) == Actions{Action::keep_machine});
    Lifecycle panicked(Purpose::keep);
    panicked.handle(MachineEventReceived{.name = "GUEST_PANICKED", .reason = ""}, 1s);
    CHECK(panicked.handle(stop, 1s) == Actions{Action::keep_machine});
}

TEST_CASE("a resumed machine is stopped and reset as its person likes, but has to be loaded") {
    Lifecycle lifecycle(Purpose::resume);
    for (const auto* event : {"STOP", "RESUME", "RESET", "RESET", "RESET", "RESET", "STOP"})
        CHECK(lifecycle.handle(MachineEventReceived{.name = event, .reason = "guest-reset"}, 1s)
                  .empty());
    CHECK(
        lifecycle.handle(MachineEventReceived{.name = "MIGRATION", .reason = "failed"}, 1s)
        == Actions{Action::kill_machine});
}

TEST_CASE("a machine to be kept that hangs is asked first") {
    Lifecycle lifecycle(Purpose::keep, true);
    CHECK(lifecycle.handle(DeadlinePassed{}, 60s) == Actions{Action::question_machine});
    CHECK(lifecycle.handle(QuestionsAnswered{}, 64s) == Actions{Action::keep_machine});
    CHECK(lifecycle.observation().ended == Ended::by_deadline);
}

TEST_CASE("the deadline kills the machine and is the reason") {
    Lifecycle lifecycle;
    CHECK(lifecycle.handle(DeadlinePassed{}, 60s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_deadline);
    CHECK_FALSE(lifecycle.observation().machine_end);
    CHECK(
        lifecycle.handle(MachineExited{.end = {.signal = SIGKILL}}, 61s)
        == Actions{Action::finish});
    CHECK(lifecycle.observation().ended == Ended::by_deadline);
    CHECK(lifecycle.observation().machine_end == ProcessEnd{.signal = SIGKILL});
}

TEST_CASE("a machine that can be questioned is, before it is killed") {
    Lifecycle lifecycle(Purpose::run, true);
    CHECK(lifecycle.handle(DeadlinePassed{}, 60s) == Actions{Action::question_machine});
    CHECK(lifecycle.handle(QuestionsAnswered{}, 63s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_deadline);
}

TEST_CASE("a person who interrupts does not wait for answers") {
    Lifecycle lifecycle(Purpose::run, true);
    lifecycle.handle(DeadlinePassed{}, 60s);
    CHECK(lifecycle.handle(Interrupted{.signal = SIGINT}, 61s) == Actions{Action::kill_machine});
}

TEST_CASE("the shutdown deadline kills the machine and is the reason") {
    Lifecycle lifecycle;
    lifecycle.handle(notify({{"EXIT_STATUS", "123"}}), 5s);
    CHECK(lifecycle.handle(ShutdownDeadlinePassed{}, 15s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_shutdown_deadline);
}

TEST_CASE("the first reason to end the machine stays") {
    Lifecycle lifecycle;
    lifecycle.handle(ShutdownDeadlinePassed{}, 1s);
    CHECK(lifecycle.handle(DeadlinePassed{}, 2s) == Actions{Action::kill_machine});
    CHECK(
        lifecycle.handle(MachineEventReceived{.name = "STOP", .reason = {}}, 3s)
        == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_shutdown_deadline);
}

TEST_CASE("an interrupt is the reason even where there was another") {
    Lifecycle lifecycle;
    lifecycle.handle(DeadlinePassed{}, 1s);
    CHECK(lifecycle.handle(Interrupted{.signal = SIGTERM}, 2s) == Actions{Action::kill_machine});
    CHECK(lifecycle.handle(DeadlinePassed{}, 3s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_interrupt);
    CHECK(lifecycle.observation().interrupting_signal == SIGTERM);
}

TEST_CASE("a machine that stands still is ended at once") {
    for (const auto* name : {"STOP", "GUEST_CRASHLOADED"}) {
        Lifecycle lifecycle;
        CHECK(
            lifecycle.handle(MachineEventReceived{.name = name, .reason = {}}, 1s)
            == Actions{Action::kill_machine});
        CHECK(lifecycle.observation().ended == Ended::by_verdict);
    }
}

TEST_CASE("a machine that is off may be left standing for a while by whoever started it") {
    Lifecycle lifecycle;
    CHECK(lifecycle.handle(MachineEventReceived{.name = "SHUTDOWN", .reason = "guest-shutdown"}, 1s)
              .empty());
    CHECK(
        lifecycle.handle(MachineEventReceived{.name = "STOP", .reason = {}}, 1s)
        == Actions{Action::arm_shutdown_deadline});
    CHECK(lifecycle.observation().ended == Ended::by_itself);
    CHECK(lifecycle.handle(exited(0), 2s) == Actions{Action::finish});
}

TEST_CASE("a machine that comes back with a reset has its time again") {
    Lifecycle lifecycle;
    lifecycle.handle(notify({{"EXIT_STATUS", "0"}}), 5s);
    CHECK(
        lifecycle.handle(MachineEventReceived{.name = "RESET", .reason = "guest-reset"}, 6s)
        == Actions{Action::disarm_shutdown_deadline});
    CHECK(lifecycle.observation().ended == Ended::by_itself);
    CHECK(lifecycle.observation().events.size() == 1);
}

TEST_CASE("a machine that resets again and again before it says anything is ended") {
    Lifecycle lifecycle;
    const MachineEventReceived reset{.name = "RESET", .reason = "guest-reset"};
    for (unsigned i = 1; i < silent_resets_limit; ++i)
        CHECK(lifecycle.handle(reset, 1s) == Actions{Action::disarm_shutdown_deadline});
    lifecycle.handle(notify({{"X_SYSTEMD_UNIT_ACTIVE", "a.target"}}), 2s);
    for (unsigned i = 1; i < silent_resets_limit; ++i)
        CHECK(lifecycle.handle(reset, 3s) == Actions{Action::disarm_shutdown_deadline});
    CHECK(lifecycle.handle(reset, 4s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_verdict);
}

TEST_CASE("a panic or shutdown that QEMU ends the machine for is only noted") {
    for (const auto* name : {"GUEST_PANICKED", "SHUTDOWN", "WATCHDOG"}) {
        Lifecycle lifecycle;
        CHECK(lifecycle.handle(MachineEventReceived{.name = name, .reason = "guest-reset"}, 1s)
                  .empty());
        CHECK(lifecycle.observation().ended == Ended::by_itself);
        CHECK(lifecycle.observation().events.size() == 1);
    }
}

TEST_CASE("after the machine has exited nothing counts any more") {
    Lifecycle lifecycle;
    lifecycle.handle(exited(0), 1s);
    const auto before = lifecycle.observation();
    CHECK(lifecycle.handle(notify({{"EXIT_STATUS", "1"}}), 2s).empty());
    CHECK(lifecycle.handle(MachineEventReceived{.name = "STOP", .reason = {}}, 2s).empty());
    CHECK(lifecycle.handle(DeadlinePassed{}, 2s).empty());
    CHECK(lifecycle.handle(ShutdownDeadlinePassed{}, 2s).empty());
    CHECK(lifecycle.handle(Interrupted{.signal = SIGINT}, 2s).empty());
    CHECK(lifecycle.handle(exited(1), 2s).empty());
    CHECK(lifecycle.observation() == before);
}

namespace {

Actions event(Lifecycle& lifecycle, const char* name, const char* reason = "") {
    return lifecycle.handle(MachineEventReceived{.name = name, .reason = reason}, 3s);
}

/// Both the agent and PID 1 have said that the machine is up.
Lifecycle pausing() {
    Lifecycle lifecycle(Purpose::save);
    lifecycle.handle(AgentSaid{"ready"}, 1s);
    lifecycle.handle(notify({{"READY", "1"}}), 2s);
    return lifecycle;
}

} // namespace

TEST_CASE("a machine is saved when its agent waits and no job is left, in either order") {
    Lifecycle agent_first(Purpose::save);
    CHECK(agent_first.handle(AgentSaid{"ready"}, 1s).empty());
    CHECK(agent_first.handle(notify({{"READY", "1"}}), 2s) == Actions{Action::pause_machine});
    Lifecycle agent_last(Purpose::save);
    CHECK(agent_last.handle(notify({{"READY", "1"}}), 1s).empty());
    CHECK(agent_last.handle(AgentSaid{"ready"}, 2s) == Actions{Action::pause_machine});
    CHECK(agent_last.handle(AgentSaid{"ready"}, 3s).empty());
}

TEST_CASE("a machine that stands at a whole message is written, and ended") {
    auto lifecycle = pausing();
    CHECK(event(lifecycle, "STOP") == Actions{Action::read_channels});
    CHECK(lifecycle.handle(ChannelsRead{.whole = true}, 3s) == Actions{Action::save_machine});
    CHECK(event(lifecycle, "MIGRATION", "active").empty());
    CHECK_FALSE(lifecycle.observation().saved);
    CHECK(event(lifecycle, "MIGRATION", "completed") == Actions{Action::quit_machine});
    CHECK(lifecycle.handle(exited(0), 4s) == Actions{Action::finish});
    CHECK(lifecycle.observation().saved);
    CHECK(lifecycle.observation().ended == Ended::by_itself);
}

TEST_CASE("a machine that stands in the middle of a message goes on for a moment") {
    auto lifecycle = pausing();
    event(lifecycle, "STOP");
    CHECK(lifecycle.handle(ChannelsRead{.whole = false}, 3s) == Actions{Action::resume_machine});
    CHECK(lifecycle.handle(PauseDue{}, 3s) == Actions{Action::pause_machine});
    CHECK(event(lifecycle, "STOP") == Actions{Action::read_channels});
    CHECK(lifecycle.handle(ChannelsRead{.whole = true}, 3s) == Actions{Action::save_machine});
}

TEST_CASE("a machine that cannot be saved is ended, and is not saved") {
    for (const auto& [name, reason] :
         {std::pair("MIGRATION", "failed"), std::pair("QMP_ERROR", "State blocked")}) {
        auto lifecycle = pausing();
        event(lifecycle, "STOP");
        lifecycle.handle(ChannelsRead{.whole = true}, 3s);
        CHECK(event(lifecycle, name, reason) == Actions{Action::kill_machine});
        CHECK(lifecycle.observation().ended == Ended::by_verdict);
        CHECK_FALSE(lifecycle.observation().saved);
    }
}

TEST_CASE("a machine that stops before it is to be saved has broken down") {
    Lifecycle lifecycle(Purpose::save);
    CHECK(event(lifecycle, "STOP") == Actions{Action::kill_machine});
}

TEST_CASE("a machine that is run to its end is never saved, whatever its guest says") {
    Lifecycle lifecycle;
    lifecycle.handle(AgentSaid{"ready"}, 1s);
    CHECK(lifecycle.handle(notify({{"READY", "1"}}), 2s).empty());
    CHECK(event(lifecycle, "MIGRATION", "completed").empty());
    CHECK_FALSE(lifecycle.observation().saved);
}

TEST_CASE(
    "the agent of a forked machine tells the guest's clock, and anything else is a complaint") {
    Lifecycle lifecycle;
    lifecycle.handle(AgentSaid{"uptime 43.21"}, 150ms);
    CHECK(lifecycle.observation().forked == ForkTime{.at = 150ms, .uptime = 43210ms});
    CHECK(lifecycle.observation().channel_opened);
    lifecycle.handle(AgentSaid{"uptime 44"}, 160ms);
    for (const auto* line :
         {"uptime", "uptime ", "uptime x", "uptime -1", "uptime nan", "uptime 1e300"})
        lifecycle.handle(AgentSaid{line}, 170ms);
    CHECK(lifecycle.observation().forked->uptime == 43210ms);
    CHECK(lifecycle.observation().agent_words.starts_with("uptime 44\nuptime\n"));
    for (int i = 0; i < 100; ++i)
        lifecycle.handle(AgentSaid{std::string(1000, 'x')}, 1s);
    CHECK(lifecycle.observation().agent_words.size() < 20'000);
}

TEST_CASE("a forked machine is ended when its test has, with the status that it told") {
    Lifecycle lifecycle;
    CHECK(lifecycle.handle(TestEnded{.status = "123"}, 5s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_completion);
    CHECK(last_field(lifecycle.observation().messages, "EXIT_STATUS") == "123");
}

TEST_CASE("of a machine with a screen there is a picture before it is ended, and only one") {
    Lifecycle lifecycle(Purpose::run, true, true);
    event(lifecycle, "GUEST_PANICKED");
    CHECK(event(lifecycle, "STOP") == Actions{Action::take_screenshot});
    CHECK(event(lifecycle, "QMP_ERROR", "There is no console to take a screendump from").empty());
    CHECK(lifecycle.observation().events.back().name == "UNANSWERED");
    CHECK(lifecycle.handle(QuestionsAnswered{}, 2s) == Actions{Action::kill_machine});
    CHECK(lifecycle.observation().ended == Ended::by_verdict);
    Lifecycle hanging(Purpose::run, true, true);
    CHECK(hanging.handle(DeadlinePassed{}, 1s) == Actions{Action::question_machine});
    CHECK(event(hanging, "STOP") == Actions{Action::kill_machine});
    CHECK(hanging.observation().ended == Ended::by_deadline);
}

TEST_CASE("a machine with a screen stands when it is off or reset, and is ended from here") {
    Lifecycle off(Purpose::run, true, true);
    event(off, "SHUTDOWN", "guest-shutdown");
    CHECK(event(off, "STOP") == Actions{Action::quit_machine});
    CHECK(off.observation().ended == Ended::by_itself);
    Lifecycle reset(Purpose::run, true, true);
    event(reset, "SHUTDOWN", "guest-reset");
    CHECK(event(reset, "STOP") == Actions{Action::take_screenshot});
}

TEST_CASE("a guest that floods is counted, and cannot exhaust memory") {
    Lifecycle lifecycle;
    for (std::size_t i = 0; i < notify_count_limit + 3; ++i) {
        lifecycle.handle(notify({}), 1s);
        lifecycle.handle(MachineEventReceived{.name = "RESET", .reason = {}}, 1s);
    }
    CHECK(lifecycle.observation().messages.size() == notify_count_limit);
    CHECK(lifecycle.observation().messages_dropped == 3);
    CHECK(lifecycle.observation().events.size() == notify_count_limit);
}
