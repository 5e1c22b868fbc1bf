// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/lifecycle.hpp"

#include "base/fork_agent_words.hpp"

#include <charconv>
#include <string_view>

namespace bootproof {

namespace {

constexpr std::size_t agent_words_limit = 16 * 1024;

/// Seconds with two decimals (proc_uptime(5)).
std::optional<Microseconds> parse_uptime(std::string_view line) {
    if (!line.starts_with(agent_uptime))
        return std::nullopt;
    line.remove_prefix(agent_uptime.size());
    double seconds = 0;
    const auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), seconds);
    constexpr double longest = 1e9;
    if (code != std::errc() || end != line.data() + line.size() || !(seconds >= 0)
        || seconds > longest)
        return std::nullopt;
    return std::chrono::duration_cast<Microseconds>(std::chrono::duration<double>(seconds));
}

} // namespace

std::vector<Action> Lifecycle::handle(const RunEvent& event, Microseconds now) {
    if (exited_)
        return {};
    return std::visit([&](const auto& alternative) { return on(alternative, now); }, event);
}

std::vector<Action> Lifecycle::on(const MachineExited& event, Microseconds now) {
    exited_ = true;
    observation_.machine_end = event.end;
    // To save a machine is no part of the test.
    observation_.duration = kept_at_.value_or(now);
    return {Action::finish};
}

std::vector<Action> Lifecycle::on(const NotifyReceived& event, Microseconds now) {
    observation_.channel_opened = true;
    silent_resets_ = 0;
    // However much the guest has said: that the test has ended must not go under.
    const auto limit =
        event.fields.contains("EXIT_STATUS") ? 2 * notify_count_limit : notify_count_limit;
    if (observation_.messages.size() >= limit) {
        ++observation_.messages_dropped;
        return {};
    }
    observation_.messages.push_back({.at = now, .fields = event.fields});
    if (purpose_ == Purpose::save && event.fields.contains("READY")) {
        has_started_ = true;
        return save_when_ready();
    }
    // systemd-shutdown(8) says so just before the end. After a reboot or kexec there is more to
    // come.
    const auto verb = event.fields.find("X_SYSTEMD_SHUTDOWN");
    if (!event.fields.contains("EXIT_STATUS")
        || (verb != event.fields.end() && (verb->second == "reboot" || verb->second == "kexec")))
        return {};
    return {Action::arm_shutdown_deadline};
}

std::vector<Action> Lifecycle::on(const MachineEventReceived& event, Microseconds now) {
    if (kept_at_)
        return while_kept(event);
    // What QEMU cannot tell of a machine that is at its end anyway decides nothing.
    const bool is_unanswered = event.name == "QMP_ERROR" && is_questioned_;
    if (observation_.events.size() < notify_count_limit)
        observation_.events.push_back(
            {.at = now, .name = is_unanswered ? "UNANSWERED" : event.name, .reason = event.reason});
    if (is_unanswered)
        return {};
    if (event.name == "QMP_ERROR" || (event.name == "MIGRATION" && event.reason == "failed"))
        return end(Ended::by_verdict);
    if (purpose_ == Purpose::resume)
        return event.name == "MIGRATION" && event.reason == "completed"
                   ? std::vector{Action::open_debugger}
                   : std::vector<Action>();
    if (event.name == "RESET" && event.reason == "guest-reset"
        && ++silent_resets_ >= silent_resets_limit)
        return end(Ended::by_verdict);
    if (event.name == "RESET")
        return {Action::disarm_shutdown_deadline};
    if (saving_ == Saving::writing && event.name == "MIGRATION" && event.reason == "completed") {
        saving_ = Saving::done;
        observation_.saved = true;
        return {Action::quit_machine};
    }
    if (saving_ == Saving::pausing && event.name == "STOP") {
        saving_ = Saving::writing;
        return {Action::read_channels};
    }
    if (event.name == "SHUTDOWN") {
        is_off_ = true;
        is_reset_ = event.reason == "guest-reset";
    }
    if (event.name == "STOP" && is_off_)
        return when_off(now);
    // A machine that was stopped by an internal error, or by a panic that QEMU only pauses for,
    // would stand still until the deadline.
    if (event.name == "STOP" || event.name == "GUEST_CRASHLOADED")
        return at_fault(now);
    return {};
}

std::vector<Action> Lifecycle::at_fault(Microseconds now) {
    end(Ended::by_verdict);
    if (is_questioned_ || !has_screen_)
        return keep_or_kill(now);
    is_questioned_ = true;
    return {Action::take_screenshot};
}

std::vector<Action> Lifecycle::when_off(Microseconds now) {
    const bool stands_for_us = purpose_ == Purpose::keep || has_screen_;
    if (stands_for_us && is_reset_)
        return at_fault(now);
    if (stands_for_us)
        return {Action::quit_machine};
    // QEMU is ended by whoever started it (-no-shutdown).
    return {Action::arm_shutdown_deadline};
}

std::vector<Action> Lifecycle::while_kept(const MachineEventReceived& event) {
    if (event.name == "MIGRATION" && event.reason == "completed") {
        observation_.kept = true;
        return {Action::quit_machine};
    }
    if (event.name != "QMP_ERROR" && !(event.name == "MIGRATION" && event.reason == "failed"))
        return {};
    observation_.keep_fault =
        event.name == "QMP_ERROR" ? event.reason : "QEMU failed to write its state";
    return {Action::kill_machine};
}

std::vector<Action> Lifecycle::on(const AgentSaid& event, Microseconds now) {
    observation_.channel_opened = true;
    if (event.line == agent_ready) {
        agent_waits_ = true;
        return save_when_ready();
    }
    if (const auto uptime = parse_uptime(event.line); uptime && !observation_.forked)
        observation_.forked = {.at = now, .uptime = *uptime};
    else if (observation_.agent_words.size() < agent_words_limit)
        observation_.agent_words += event.line + "\n";
    return {};
}

std::vector<Action> Lifecycle::on(const ChannelsRead& event, Microseconds) {
    if (saving_ != Saving::writing)
        return {};
    if (event.whole)
        return {Action::save_machine};
    saving_ = Saving::resting;
    return {Action::resume_machine};
}

std::vector<Action> Lifecycle::on(const PauseDue&, Microseconds) {
    if (saving_ != Saving::resting)
        return {};
    saving_ = Saving::pausing;
    return {Action::pause_machine};
}

std::vector<Action> Lifecycle::on(const TestEnded& event, Microseconds now) {
    if (kept_at_)
        return {};
    // As the machine would have said it at its power-off.
    observation_.messages.push_back({.at = now, .fields = {{"EXIT_STATUS", event.status}}});
    auto actions = end(Ended::by_completion);
    return event.waits ? keep_or_kill(now) : actions;
}

std::vector<Action> Lifecycle::save_when_ready() {
    if (purpose_ != Purpose::save || saving_ != Saving::booting || !has_started_ || !agent_waits_)
        return {};
    saving_ = Saving::pausing;
    return {Action::pause_machine};
}

std::vector<Action> Lifecycle::on(const DeadlinePassed&, Microseconds now) {
    if (kept_at_)
        return {};
    end(Ended::by_deadline);
    if (!can_be_questioned_)
        return keep_or_kill(now);
    is_questioned_ = true;
    return {Action::question_machine};
}

std::vector<Action> Lifecycle::on(const QuestionsAnswered&, Microseconds now) {
    return kept_at_ ? std::vector<Action>() : keep_or_kill(now);
}

std::vector<Action> Lifecycle::on(const KeepDeadlinePassed&, Microseconds) {
    observation_.keep_fault = "It took too long to save it";
    return {Action::kill_machine};
}

std::vector<Action> Lifecycle::on(const ShutdownDeadlinePassed&, Microseconds) {
    if (kept_at_)
        return {};
    return end(Ended::by_shutdown_deadline);
}

std::vector<Action> Lifecycle::on(const Interrupted& event, Microseconds) {
    observation_.interrupting_signal = event.signal;
    // The verdict is known by then.
    if (kept_at_) {
        observation_.keep_fault = "It was interrupted";
        return {Action::kill_machine};
    }
    // An interrupt counts even if the machine is being ended for another reason: the person wants
    // to leave.
    observation_.ended = Ended::by_interrupt;
    return {Action::kill_machine};
}

std::vector<Action> Lifecycle::keep_or_kill(Microseconds now) {
    if (purpose_ != Purpose::keep)
        return {Action::kill_machine};
    kept_at_ = now;
    return {Action::keep_machine};
}

std::vector<Action> Lifecycle::end(Ended how) {
    // The first reason is the true one.
    if (observation_.ended == Ended::by_itself)
        observation_.ended = how;
    return {Action::kill_machine};
}

} // namespace bootproof
