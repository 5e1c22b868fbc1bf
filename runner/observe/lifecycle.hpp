// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/action.hpp"
#include "observe/observation.hpp"
#include "observe/run_event.hpp"

#include <optional>
#include <vector>

namespace bootproof {

/// How many messages of one guest are kept; far more than any boot sends.
inline constexpr std::size_t notify_count_limit = 20000;

/// How many resets in a row without a word from the guest are a machine that cannot boot: a kernel
/// panic resets at once, and so on until the deadline.
inline constexpr unsigned silent_resets_limit = 3;

/// What a machine is started for: to run to its end, the same but saved where it fails, to be saved
/// as soon as it is up, or to go on after that for a person, who stops it as he likes.
enum class Purpose : std::uint8_t { run, keep, save, resume };

/// What a run is, as a state machine: events in, actions out, no clock and no system call of its
/// own. 'now' is the time since the machine was started. After MachineExited it asks to finish, and
/// nothing else is handled any more.
class Lifecycle {
public:
    /// 'can_be_questioned': a machine that hangs can be asked what it is doing. 'has_screen': there
    /// can be a picture of it.
    explicit Lifecycle(
        Purpose purpose = Purpose::run, bool can_be_questioned = false, bool has_screen = false)
        : purpose_(purpose)
        , can_be_questioned_(can_be_questioned)
        , has_screen_(has_screen) {}

    std::vector<Action> handle(const RunEvent& event, Microseconds now);

    /// What was seen so far; journal and console are for the caller to add.
    [[nodiscard]] const Observation& observation() const { return observation_; }

private:
    std::vector<Action> on(const MachineExited& event, Microseconds now);
    std::vector<Action> on(const NotifyReceived& event, Microseconds now);
    std::vector<Action> on(const MachineEventReceived& event, Microseconds now);
    std::vector<Action> on(const AgentSaid& event, Microseconds now);
    std::vector<Action> on(const ChannelsRead& event, Microseconds now);
    std::vector<Action> on(const PauseDue& event, Microseconds now);
    std::vector<Action> on(const TestEnded& event, Microseconds now);
    std::vector<Action> on(const DeadlinePassed& event, Microseconds now);
    std::vector<Action> on(const QuestionsAnswered& event, Microseconds now);
    std::vector<Action> on(const ShutdownDeadlinePassed& event, Microseconds now);
    std::vector<Action> on(const KeepDeadlinePassed& event, Microseconds now);
    std::vector<Action> on(const Interrupted& event, Microseconds now);
    std::vector<Action> end(Ended how);
    /// Both have to be there: the agent, and the word of PID 1 that no job is left.
    std::vector<Action> save_when_ready();

    /// The machine is saved, where that is what it was started for, and then ended.
    std::vector<Action> keep_or_kill(Microseconds now);
    /// The machine goes on no more, and that is the test's verdict.
    std::vector<Action> at_fault(Microseconds now);
    /// QEMU stands after the guest has switched the machine off or reset it.
    std::vector<Action> when_off(Microseconds now);
    /// Nothing that QEMU says meanwhile is about the test.
    std::vector<Action> while_kept(const MachineEventReceived& event);

    /// Of a machine that is to be saved, in their order.
    enum class Saving : std::uint8_t { booting, pausing, resting, writing, done };

    Purpose purpose_;
    bool can_be_questioned_;
    bool has_screen_;
    bool is_questioned_ = false;
    Saving saving_ = Saving::booting;
    bool has_started_ = false;
    bool agent_waits_ = false;
    Observation observation_;
    /// Since when the machine is being saved because it has failed.
    std::optional<Microseconds> kept_at_;
    unsigned silent_resets_ = 0;
    bool is_off_ = false;
    /// The guest wanted a reset, and not to be off.
    bool is_reset_ = false;
    bool exited_ = false;
};

} // namespace bootproof
