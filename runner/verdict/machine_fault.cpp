// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/machine_fault.hpp"

#include "base/printable.hpp"
#include "verdict/exit_status.hpp"
#include "verdict/findings.hpp"
#include "verdict/machine_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace bootproof {

namespace {

bool has_event(
    const Observation& observation, std::string_view name, std::string_view reason = {}) {
    return std::ranges::any_of(observation.events, [&](const MachineEvent& event) {
        return event.name == name && (reason.empty() || event.reason == reason);
    });
}

bool has_panicked(const Observation& observation) {
    return !observation.panic.empty() || has_event(observation, "GUEST_PANICKED")
           || has_event(observation, "SHUTDOWN", "guest-panic");
}

std::optional<Verdict> machine_failed(const Observation& observation) {
    const auto& end = observation.machine_end;
    if (!end)
        return verdict_of(
            Outcome::error,
            "machine-failed",
            with_machine_error(
                fmt::format("{} could not be started", machine_program(observation)), observation));
    // A status that the guest gave counts more than its process's; with -action panic=exit-failure
    // a panic has one, too.
    if (observation.ended != Ended::by_itself || end->exit_status.value_or(0) == 0
        || has_told(observation) || has_panicked(observation))
        return std::nullopt;
    const bool is_early = observation.messages.empty() && !observation.channel_opened;
    return verdict_of(
        Outcome::error,
        "machine-failed",
        with_machine_error(
            fmt::format(
                "{} {} {}",
                machine_program(observation),
                describe(*end),
                is_early ? "before the guest did anything" : "while the guest was running"),
            observation));
}

std::optional<Verdict> machine_killed(const Observation& observation) {
    const auto& end = observation.machine_end;
    if (observation.ended != Ended::by_itself || end->exit_status)
        return std::nullopt;
    if (end->signal == SIGKILL)
        return verdict_of(
            Outcome::error,
            "machine-killed",
            fmt::format(
                "{} was killed by SIGKILL, {}",
                machine_program(observation),
                observation.host.oom_kills > 0 ? "when the host's memory ran out"
                                               : "and not by the kernel for lack of memory"));
    return verdict_of(
        Outcome::error,
        "machine-killed",
        with_machine_error(
            fmt::format("{} {}", machine_program(observation), describe(*end)), observation));
}

std::optional<Verdict> panicked(const Observation& observation) {
    if (!has_panicked(observation))
        return std::nullopt;
    return verdict_of(
        Outcome::fail,
        "kernel-panic",
        observation.panic.empty() ? "The kernel panicked, and said nothing on the console"
                                  : "The kernel panicked: " + one_line(observation.panic, 500));
}

std::string stop_cause(const Observation& observation) {
    const auto found = std::ranges::find(observation.events, "BLOCK_IO_ERROR", &MachineEvent::name);
    if (found == observation.events.end())
        return " because of an internal error";
    return " because its disk failed (" + one_line(found->reason) + ")";
}

std::optional<Verdict> broke_down(const Observation& observation) {
    if (const auto error = std::ranges::find(observation.events, "QMP_ERROR", &MachineEvent::name);
        error != observation.events.end())
        return verdict_of(
            Outcome::error, "machine-failed", "QEMU refused a command: " + one_line(error->reason));
    if (has_event(observation, "MIGRATION", "failed"))
        return verdict_of(
            Outcome::error,
            "machine-failed",
            with_machine_error("QEMU could not save or load the machine", observation));
    // Nobody but QEMU stops a machine that is run to its end; one that is to be kept stands once it
    // is off.
    if (observation.ended == Ended::by_verdict && has_event(observation, "STOP")
        && !has_event(observation, "SHUTDOWN"))
        return verdict_of(
            Outcome::error,
            "machine-failed",
            with_machine_error("QEMU stopped the machine" + stop_cause(observation), observation));
    if (has_event(observation, "WATCHDOG"))
        return verdict_of(Outcome::fail, "watchdog", "The watchdog of the machine expired");
    return std::nullopt;
}

} // namespace

std::optional<Verdict> machine_fault(const Observation& observation) {
    for (const auto rule : {machine_failed, machine_killed, panicked, broke_down})
        if (auto verdict = rule(observation))
            return verdict;
    return std::nullopt;
}

} // namespace bootproof
