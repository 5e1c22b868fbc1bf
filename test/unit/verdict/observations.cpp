// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/observations.hpp"

namespace bootproof {

using namespace std::chrono_literals;

TestDescriptor sample_descriptor() {
    return {.name = "TEST-01-BASIC", .unit = "TEST-01-BASIC.service", .vm = true};
}

Observation good_run() {
    const WallClock::time_point started{1763805600s};
    return {
        .started = started,
        .duration = 23400ms,
        .machine_end = ProcessEnd{.exit_status = 0},
        .channel_opened = true,
        .messages =
            {
                message(5s, {{"X_SYSTEMD_UNIT_ACTIVE", "initrd.target"}}),
                message(8s, {{"X_SYSTEMD_HOSTNAME", "guest"}}),
                message(15s, {{"X_SYSTEMD_UNIT_ACTIVE", "basic.target"}}),
                message(22s, {{"EXIT_STATUS", "123"}, {"X_SYSTEMD_SHUTDOWN", "poweroff"}}),
            },
        .console_tail = "Booting\nPowering off\n",
        .journal =
            JournalFindings{
                .has_entries = true,
                .boots = 1,
                .unit_tail =
                    {JournalLine{
                         .monotonic = 16100ms,
                         .identifier = "TEST-01-BASIC.sh",
                         .message = "All is well"},
                     JournalLine{
                         .monotonic = 19300ms,
                         .identifier = "systemd",
                         .message = "TEST-01-BASIC.service: Deactivated successfully."}},
                .first_entry = started + 2100ms,
                .first_entry_monotonic = 100ms,
                .unit_started = 16000ms,
                .unit_ended = 19200ms,
            },
    };
}

Observation run_with_status(const std::string& status) {
    auto run = good_run();
    run.messages.back().fields["EXIT_STATUS"] = status;
    return run;
}

Observation run_cut_off_at_boot() {
    auto run = good_run();
    run.messages.pop_back();
    run.journal->unit_tail.clear();
    run.journal->unit_started.reset();
    run.journal->unit_ended.reset();
    return run;
}

NotifyMessage message(Microseconds at, std::map<std::string, std::string> fields) {
    return {.at = at, .fields = std::move(fields)};
}

} // namespace bootproof
