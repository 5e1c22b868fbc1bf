// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/lifecycle.hpp"

namespace bootproof {

std::vector<Action> Lifecycle::handle(const RunEvent& event, Microseconds now) {
    if (exited_)
        return {};
    return std::visit([&](const auto& alternative) { return on(alternative, now); }, event);
}

std::vector<Action> Lifecycle::on(const MachineExited& event, Microseconds now) {
    exited_ = true;
    observation_.machine_end = event.end;
    observation_.duration = now;
    return {Action::finish};
}

std::vector<Action> Lifecycle::on(const NotifyReceived& event, Microseconds now) {
    observation_.channel_opened = true;
    // However much the guest has said: that the test has ended must not go under.
    const auto limit =
        event.fields.contains("EXIT_STATUS") ? 2 * notify_count_limit : notify_count_limit;
    if (observation_.messages.size() >= limit) {
        ++observation_.messages_dropped;
        return {};
    }
    observation_.messages.push_back({.at = now, .fields = event.fields});
    // systemd-shutdown(8) says so just before the end. After a reboot or kexec there is more to
    // come.
    const auto verb = event.fields.find("X_SYSTEMD_SHUTDOWN");
    if (!event.fields.contains("EXIT_STATUS")
        || (verb != event.fields.end() && (verb->second == "reboot" || verb->second == "kexec")))
        return {};
    return {Action::arm_shutdown_deadline};
}

std::vector<Action> Lifecycle::on(const MachineEventReceived& event, Microseconds now) {
    if (observation_.events.size() < notify_count_limit)
        observation_.events.push_back({.at = now, .name = event.name, .reason = event.reason});
    if (event.name == "RESET")
        return {Action::disarm_shutdown_deadline};
    // QEMU ends by itself after SHUTDOWN. A machine that was stopped by an internal error, or by a
    // panic that QEMU only pauses for, would stand still until the deadline.
    if (event.name == "STOP" || event.name == "GUEST_CRASHLOADED")
        return end(Ended::by_verdict);
    return {};
}

std::vector<Action> Lifecycle::on(const DeadlinePassed&, Microseconds) {
    return end(Ended::by_deadline);
}

std::vector<Action> Lifecycle::on(const ShutdownDeadlinePassed&, Microseconds) {
    return end(Ended::by_shutdown_deadline);
}

std::vector<Action> Lifecycle::on(const Interrupted& event, Microseconds) {
    // An interrupt counts even if the machine is being ended for another reason: the person wants
    // to leave.
    observation_.ended = Ended::by_interrupt;
    observation_.interrupting_signal = event.signal;
    return {Action::kill_machine};
}

std::vector<Action> Lifecycle::end(Ended how) {
    // The first reason is the true one.
    if (observation_.ended == Ended::by_itself)
        observation_.ended = how;
    return {Action::kill_machine};
}

} // namespace bootproof
