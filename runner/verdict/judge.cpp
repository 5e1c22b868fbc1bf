// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/judge.hpp"

#include "base/exit_statuses.hpp"
#include "base/printable.hpp"
#include "verdict/boot_phases.hpp"
#include "verdict/exit_status.hpp"
#include "verdict/findings.hpp"
#include "verdict/machine_fault.hpp"
#include "verdict/signal_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace bootproof {

namespace {

using Rule = std::optional<Verdict> (*)(const TestDescriptor&, const Observation&);

/// What a unit exits with to skip itself; Meson and automake have the same number.
constexpr int skip_status = 77;

double seconds(Microseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

std::optional<Verdict> interrupted(const TestDescriptor&, const Observation& observation) {
    if (observation.ended != Ended::by_interrupt)
        return std::nullopt;
    return verdict_of(
        Outcome::interrupted,
        "interrupted",
        fmt::format(
            "Interrupted by {} after {:.1f} s",
            signal_name(observation.interrupting_signal),
            seconds(observation.duration)));
}

std::optional<Verdict> machine_broke(const TestDescriptor&, const Observation& observation) {
    return machine_fault(observation);
}

bool says(const NotifyMessage& message, const std::string& field, std::string_view value) {
    const auto found = message.fields.find(field);
    return found != message.fields.end() && found->second == value;
}

std::optional<Verdict> stuck_in_emergency(const TestDescriptor&, const Observation& observation) {
    std::optional<Microseconds> since;
    // A test may visit emergency.target and come back; the last word on it counts.
    for (const auto& message : observation.messages)
        if (says(message, "X_SYSTEMD_UNIT_ACTIVE", "emergency.target"))
            since = message.at;
        else if (says(message, "X_SYSTEMD_UNIT_INACTIVE", "emergency.target"))
            since.reset();
    const auto status = exit_status(observation);
    // The unit that ends such a machine may be quicker than the target.
    const bool was_ended =
        status && status->value == emergency_exit_status && !reached_unit(observation);
    if (was_ended || (since && !has_told(observation)))
        return verdict_of(
            Outcome::fail,
            "emergency-shell",
            "The machine dropped to emergency mode before the unit started");
    return std::nullopt;
}

std::string_view describe(Progress progress) {
    switch (progress) {
    case Progress::silent:
        return "before PID 1 was heard of (firmware, boot loader or kernel)";
    case Progress::booting:
        return "while the machine booted, before the unit started";
    case Progress::unit_running:
        return "while the unit was running";
    case Progress::shutting_down:
        return "while the machine shut down";
    }
    throw std::logic_error("Unknown progress");
}

/// ", in TEST-22-TMPFILES.12": where the test stood, as far as it told.
std::string place(const Observation& observation) {
    const auto* subtest = running_subtest(observation);
    if (subtest == nullptr && observation.journal) {
        const auto& subtests = observation.journal->subtests;
        // The inner ones come after those they run in.
        const auto failed = std::find_if(subtests.rbegin(), subtests.rend(), [](const auto& one) {
            return one.result == SubtestResult::fail;
        });
        subtest = failed == subtests.rend() ? nullptr : &*failed;
    }
    return subtest == nullptr ? std::string() : ", in " + one_line(subtest->name);
}

std::optional<Verdict> timed_out(const TestDescriptor&, const Observation& observation) {
    if (observation.ended != Ended::by_deadline)
        return std::nullopt;
    auto text = fmt::format(
        "Timed out after {:.1f} s, {}{}",
        seconds(observation.duration),
        describe(progress_of(observation)),
        place(observation));
    if (const auto status = last_field(observation.messages, "STATUS"))
        text += fmt::format(" (last status: {})", one_line(*status));
    return verdict_of(Outcome::timeout, "timeout", std::move(text));
}

std::optional<Verdict> reset(const TestDescriptor& descriptor, const Observation& observation) {
    const auto resets = count_resets(observation);
    if (descriptor.any_reboots && observation.ended == Ended::by_verdict)
        return verdict_of(
            Outcome::fail,
            "unexpected-reset",
            fmt::format("The machine was reset {} times, and does not come up", resets));
    if (descriptor.any_reboots || resets <= descriptor.reboots)
        return std::nullopt;
    return verdict_of(
        Outcome::fail,
        "unexpected-reset",
        fmt::format(
            "The machine was reset {} times, declared were {}", resets, descriptor.reboots));
}

std::optional<Verdict> untold(const TestDescriptor&, const Observation& observation) {
    if (observation.messages.empty() && !observation.channel_opened)
        return verdict_of(
            Outcome::error,
            "channel-lost",
            "The machine powered off, and the guest never opened the notify channel");
    const auto status = exit_status(observation);
    if (!status)
        return verdict_of(
            Outcome::fail, "no-exit-status", "The machine powered off without an exit status");
    if (!status->value)
        return verdict_of(
            Outcome::fail,
            "no-exit-status",
            fmt::format(
                "The machine sent '{}' as its exit status, which is none",
                one_line(status->text, 40)));
    return std::nullopt;
}

/// The last line that the unit itself wrote; PID 1's are about the unit.
std::string last_words(const Observation& observation) {
    if (!observation.journal)
        return {};
    const auto& lines = observation.journal->unit_tail;
    const auto last = std::find_if(lines.rbegin(), lines.rend(), [](const JournalLine& line) {
        return line.identifier != "systemd" && !line.message.empty();
    });
    return last == lines.rend() ? std::string() : ": " + one_line(last->message);
}

Verdict by_exit_status(const TestDescriptor& descriptor, const Observation& observation) {
    const int status = exit_status(observation).value().value.value();
    const auto resets = count_resets(observation);
    if (status == descriptor.exit_code && resets < descriptor.reboots)
        return verdict_of(
            Outcome::fail,
            "reboots-missing",
            fmt::format(
                "Exit status {} as expected, but {} resets where {} are declared",
                status,
                resets,
                descriptor.reboots));
    if (status == descriptor.exit_code)
        return verdict_of(Outcome::pass, "", fmt::format("Exit status {}, as expected", status));
    if (status == skip_status)
        return verdict_of(
            Outcome::skip,
            "unit-skipped",
            fmt::format("The unit skipped itself with exit status {}", status)
                + last_words(observation));
    if (status == 0)
        return verdict_of(
            Outcome::fail,
            "no-exit-status",
            "The machine powered off with exit status 0, so nothing vouched for the test");
    return verdict_of(
        Outcome::fail,
        "unit-failed",
        fmt::format("Exit status {}, expected was {}", status, descriptor.exit_code)
            + place(observation));
}

std::optional<Verdict> agent_failed(const TestDescriptor&, const Observation& observation) {
    const auto status = exit_status(observation);
    if (!status || status->value != fork_failed_exit_status || reached_unit(observation))
        return std::nullopt;
    const auto words = printable(observation.agent_words);
    const auto end = words.find_last_not_of('\n');
    const auto begin = words.rfind('\n', end) + 1;
    return verdict_of(
        Outcome::error,
        "fork-failed",
        "The machine could not take over the test: "
            + (end == std::string::npos ? "its agent said nothing"
                                        : one_line(words.substr(begin, end + 1 - begin), 500)));
}

std::optional<Verdict> start_failed(const TestDescriptor&, const Observation& observation) {
    const auto status = exit_status(observation);
    if (!status || status->value != start_failed_exit_status || reached_unit(observation))
        return std::nullopt;
    return verdict_of(
        Outcome::error,
        "start-failed",
        "The machine could not take the units of the test, or not start it");
}

constexpr auto rules = std::to_array<Rule>({
    interrupted,
    machine_broke,
    stuck_in_emergency,
    agent_failed,
    start_failed,
    timed_out,
    reset,
    untold,
});

Verdict by_rules(const TestDescriptor& descriptor, const Observation& observation) {
    for (const Rule rule : rules)
        if (auto verdict = rule(descriptor, observation))
            return *std::move(verdict);
    return by_exit_status(descriptor, observation);
}

/// A container's exit status comes twice, by its notify message and by systemd-nspawn's own.
bool is_contradicted(const Observation& observation) {
    const auto status = exit_status(observation);
    return observation.kind == MachineKind::container && status
           && status->value != observation.machine_end->exit_status;
}

/// What turns a verdict that says "nothing went wrong" into another.
void withdraw(Verdict& verdict, const TestDescriptor& descriptor, const Observation& observation) {
    if (is_broken(verdict.outcome))
        return;
    const auto coredumps = unexpected_coredumps(descriptor, observation);
    const auto reports = unexpected_sanitizer_reports(descriptor, observation);
    if (is_contradicted(observation))
        verdict = verdict_of(
            Outcome::error,
            "status-contradicted",
            fmt::format(
                "{}, but {} {}",
                verdict.text,
                machine_program(observation),
                describe(*observation.machine_end)));
    else if (!coredumps.empty())
        verdict = verdict_of(
            Outcome::fail,
            "coredump",
            fmt::format(
                "{}, but {} left a core dump{}",
                verdict.text,
                describe(coredumps.front()),
                coredumps.size() == 1 ? "" : fmt::format(" (and {} more)", coredumps.size() - 1)));
    else if (!reports.empty())
        verdict = verdict_of(
            Outcome::fail,
            "sanitizer",
            fmt::format(
                "{}, but {}{}",
                verdict.text,
                describe(reports.front()),
                reports.size() == 1 ? "" : fmt::format(" (and {} more)", reports.size() - 1)));
    else if (observation.journal_truncated)
        verdict = verdict_of(
            Outcome::error,
            "journal-missing",
            verdict.text + ", but a part of the journal is lost");
    else if (!observation.journal || !observation.journal->has_entries)
        verdict = verdict_of(
            Outcome::error,
            "journal-missing",
            verdict.text + ", but no journal came out of the machine");
}

} // namespace

Verdict judge(const TestDescriptor& descriptor, const Observation& observation) {
    auto verdict = by_rules(descriptor, observation);
    withdraw(verdict, descriptor, observation);
    verdict.findings = findings(descriptor, observation);
    if (auto surplus = reset(descriptor, observation); surplus && surplus->reason != verdict.reason)
        verdict.findings.push_back(std::move(surplus->text));
    return verdict;
}

std::optional<Verdict>
judge_saved(const TestDescriptor& descriptor, const Observation& observation) {
    const auto& end = observation.machine_end;
    const bool was_saved = observation.saved && end && end->exit_status == 0;
    const bool has_journal =
        observation.journal && observation.journal->has_entries && !observation.journal_truncated;
    if (was_saved && has_journal)
        return std::nullopt;
    auto verdict = judge(descriptor, observation);
    if (verdict.outcome == Outcome::interrupted)
        return verdict;
    auto failure = verdict_of(
        Outcome::error,
        "boot-failed",
        was_saved ? "The machine to fork from came up, but its journal is lost, or a part of it"
                  : "The machine to fork from did not come up: " + verdict.text);
    failure.findings = std::move(verdict.findings);
    return failure;
}

} // namespace bootproof
