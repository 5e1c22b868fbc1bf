// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/boot_phases.hpp"

#include "base/exit_statuses.hpp"
#include "verdict/exit_status.hpp"

#include <algorithm>

namespace bootproof {

namespace {

using namespace std::chrono_literals;

/// QEMU sets the clock of the machine to whole seconds, and the kernel reads it in whole seconds:
/// together they can put the start of the kernel up to two seconds before its time.
constexpr Microseconds clock_granularity = 2s;

bool ends_a_boot(const NotifyMessage& message) {
    return message.fields.contains("EXIT_STATUS");
}

/// The main system takes over the initrd's targets as active, and says at its end that they are no
/// more (X_SYSTEMD_UNIT_INACTIVE).
bool is_of_initrd(const NotifyMessage& message) {
    const auto target = message.fields.find("X_SYSTEMD_UNIT_ACTIVE");
    return target != message.fields.end() && target->second.starts_with("initrd");
}

/// The first message of the main system's PID 1 in the first boot. The initrd's PID 1 sends
/// messages, too, and reaches targets whose names begin with "initrd".
std::optional<Microseconds> main_system_start(const std::vector<NotifyMessage>& messages) {
    const auto end = std::ranges::find_if(messages, ends_a_boot);
    auto first = messages.begin();
    for (auto message = messages.begin(); message != end; ++message)
        if (is_of_initrd(*message))
            first = std::next(message);
    if (first == end)
        return std::nullopt;
    return first->at;
}

/// When the kernel started, since the start of the machine; negative within the clock's
/// granularity.
std::optional<Microseconds> kernel_start(const Observation& observation) {
    const auto& journal = observation.journal;
    if (!journal || !journal->first_entry)
        return std::nullopt;
    // A guest's clock may say anything; nothing here may overflow.
    constexpr auto year = 24h * 366;
    if (*journal->first_entry < observation.started - year
        || *journal->first_entry > observation.started + year || journal->first_entry_monotonic < 0s
        || journal->first_entry_monotonic > observation.duration)
        return std::nullopt;
    const auto since_start = *journal->first_entry - observation.started;
    const auto start =
        std::chrono::duration_cast<Microseconds>(since_start) - journal->first_entry_monotonic;
    if (start <= -clock_granularity || start > observation.duration)
        return std::nullopt;
    return start;
}

std::optional<Microseconds> positive(Microseconds duration) {
    return duration > 0s ? std::optional(duration) : std::nullopt;
}

bool is_within(std::optional<Microseconds> moment, Microseconds duration) {
    return moment && *moment >= 0s && *moment <= duration;
}

/// A unit without an end has run until that of the machine. 'start' is when the unit's clock was 0.
void add_unit_phases(BootPhases& phases, const Observation& observation, Microseconds start) {
    const auto& journal = *observation.journal;
    if (is_within(journal.unit_ended, observation.duration))
        phases.shutdown = positive(observation.duration - start - *journal.unit_ended);
    else if (!journal.unit_ended && is_within(journal.unit_started, observation.duration))
        phases.test = positive(observation.duration - start - *journal.unit_started);
}

/// The phases after the kernel's start at 'start'. 'main_system' is on the same clock, the unit's
/// times are since 'start'.
void add_later_phases(BootPhases& phases, const Observation& observation, Microseconds start) {
    const auto& journal = *observation.journal;
    const auto main_system = main_system_start(observation.messages);
    if (main_system)
        phases.kernel = positive(*main_system - start);
    // The unit's times are those of one boot, and only of the first is it known when it began.
    if (journal.boots > 1)
        return;
    if (main_system && is_within(journal.unit_started, observation.duration))
        phases.userspace = positive(start + *journal.unit_started - *main_system);
    add_unit_phases(phases, observation, start);
}

/// Of a forked machine, whose unit's times are since the machine was started.
void add_fork_phases(BootPhases& phases, const Observation& observation) {
    phases.restore = positive(observation.forked->at);
    const auto& journal = observation.journal;
    if (!journal || journal->boots > 1)
        return;
    if (is_within(journal->unit_started, observation.duration))
        phases.userspace = positive(*journal->unit_started - observation.forked->at);
    add_unit_phases(phases, observation, Microseconds(0));
}

} // namespace

BootPhases boot_phases(const Observation& observation) {
    BootPhases phases;
    if (observation.forked)
        add_fork_phases(phases, observation);
    else if (const auto start = kernel_start(observation)) {
        phases.firmware = positive(*start);
        add_later_phases(phases, observation, std::max(*start, Microseconds(0)));
    }
    if (const auto& journal = observation.journal;
        journal && is_within(journal->unit_started, observation.duration)
        && is_within(journal->unit_ended, observation.duration))
        phases.test = positive(*journal->unit_ended - *journal->unit_started);
    return phases;
}

std::optional<Microseconds> boot_time(const BootPhases& phases) {
    if (phases.restore && phases.userspace)
        return *phases.restore + *phases.userspace;
    if (!phases.kernel || !phases.userspace)
        return std::nullopt;
    // A direct boot leaves the firmware less time than the clock can measure.
    return phases.firmware.value_or(Microseconds(0)) + *phases.kernel + *phases.userspace;
}

Progress progress_of(const Observation& observation) {
    const bool is_silent = observation.messages.empty() && !reached_unit(observation);
    if (is_silent)
        return Progress::silent;
    const auto& journal = observation.journal;
    if ((journal && journal->unit_ended)
        || (!observation.messages.empty() && ends_a_boot(observation.messages.back())))
        return Progress::shutting_down;
    return reached_unit(observation) ? Progress::unit_running : Progress::booting;
}

bool reached_unit(const Observation& observation) {
    const auto& journal = observation.journal;
    if (journal && (journal->unit_started || journal->unit_ended))
        return true;
    // PID 1 writes about a unit that it does not start, too.
    if (journal && std::ranges::any_of(journal->unit_tail, [](const JournalLine& line) {
            return line.identifier != "systemd";
        }))
        return true;
    // A shutdown that nobody asked for sends 0.
    const auto status = exit_status(observation);
    return status && status->value.value_or(0) != 0 && status->value != emergency_exit_status
           && status->value != fork_failed_exit_status && status->value != start_failed_exit_status;
}

} // namespace bootproof
