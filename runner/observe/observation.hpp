// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/backend.hpp"
#include "base/machine_kind.hpp"
#include "base/source_place.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

using WallClock = std::chrono::system_clock;
using Microseconds = std::chrono::microseconds;

/// One sd_notify(3) datagram, with the time at which it reached us (since the machine was started).
struct NotifyMessage {
    Microseconds at{};
    std::map<std::string, std::string> fields;

    bool operator==(const NotifyMessage&) const = default;
};

/// How a process ended; see waitid(2).
struct ProcessEnd {
    /// Set when it exited; otherwise a signal ended it.
    std::optional<int> exit_status;
    int signal = 0;

    bool operator==(const ProcessEnd&) const = default;
};

/// A QMP event that matters to a verdict (QEMU's qapi/run-state.json). A container has but RESET.
struct MachineEvent {
    Microseconds at{};
    /// SHUTDOWN, RESET, GUEST_PANICKED, WATCHDOG, STOP, BLOCK_IO_ERROR
    std::string name;
    /// data.reason of SHUTDOWN and RESET: guest-shutdown, guest-reset, guest-panic, host-qmp-quit,
    /// host-signal, …; of BLOCK_IO_ERROR the error in words
    std::string reason;

    bool operator==(const MachineEvent&) const = default;
};

/// Why the runner itself ended the machine, if it did.
enum class Ended : std::uint8_t {
    /// The machine ended by itself.
    by_itself,
    /// The deadline passed.
    by_deadline,
    /// It did not power off in time after it had given its exit status.
    by_shutdown_deadline,
    /// The test has ended and its journal has come: there was nothing to wait for.
    by_completion,
    /// A panic, an undeclared reset or the like was seen, and there was nothing to wait for.
    by_verdict,
    /// A signal interrupted the runner.
    by_interrupt,
};

/// A core dump that systemd-coredump(8) left in the journal.
struct CoredumpRecord {
    std::string executable;
    int signal = 0;
    std::string unit;
    long pid = 0;
    /// The innermost frames of the thread that crashed; empty where it could not be unwound.
    std::vector<std::string> stack;

    bool operator==(const CoredumpRecord&) const = default;
};

/// A report of one of the compilers' sanitizers.
struct SanitizerRecord {
    /// The name of the process; see proc_pid_comm(5).
    std::string process;
    long pid = 0;
    /// "AddressSanitizer" and the like
    std::string sanitizer;
    /// What it says in its summary, or in its first line where there is no summary.
    std::string text;

    bool operator==(const SanitizerRecord&) const = default;
};

/// A line of the journal, reduced to what a person reads.
struct JournalLine {
    Microseconds monotonic{};
    /// syslog priority, 0 (emergency) to 7 (debug)
    int priority = 6;
    std::string identifier;
    std::string message;

    bool operator==(const JournalLine&) const = default;
};

enum class SubtestResult : std::uint8_t {
    /// It has begun, and nothing was heard of its end.
    unfinished,
    pass,
    fail,
    skip,
};

/// A part of a test, as the test itself told of it.
struct SubtestRecord {
    /// "TEST-22-TMPFILES.01"; what runs in another has that one's name and a dot before its own.
    std::string name;
    SubtestResult result = SubtestResult::unfinished;
    /// Nothing where begin or end was not told, or a reboot lies between.
    std::optional<Microseconds> duration;
    /// As the test told it, and why its result is what it is.
    SourcePlace place;
    std::string reason;

    bool operator==(const SubtestRecord&) const = default;
};

/// A unit that failed while the machine ran, by PID 1's word.
struct FailedUnit {
    std::string name;
    /// "exit-code", "timeout", "core-dump", …; see systemd.exec(5), $SERVICE_RESULT
    std::string result;
    /// The last lines that it wrote, oldest first.
    std::vector<JournalLine> tail;

    bool operator==(const FailedUnit&) const = default;
};

/// What was read out of the journal file after the machine had ended.
struct JournalFindings {
    /// Of this run: those of the machine that it was forked from do not count.
    bool has_entries = false;
    /// Distinct boot ids.
    unsigned boots = 0;
    std::vector<CoredumpRecord> coredumps;
    std::vector<SanitizerRecord> sanitizer_reports;
    /// In the order in which they began.
    std::vector<SubtestRecord> subtests;
    /// The last lines of the test's unit, oldest first.
    std::vector<JournalLine> unit_tail;
    /// Others than the test's own, in the order in which they failed; only the first few.
    std::vector<FailedUnit> failed_units;
    /// What the kernel complained of, blocked tasks included, oldest first; only the first few.
    std::vector<JournalLine> kernel_warnings;
    /// Time of the guest's first entry, and what its monotonic clock said then.
    std::optional<WallClock::time_point> first_entry;
    Microseconds first_entry_monotonic{};
    /// On the guest's monotonic clock of the boot in question: PID 1 began to start the unit, and
    /// it ended.
    std::optional<Microseconds> unit_started;
    std::optional<Microseconds> unit_ended;
    /// From "Startup finished" (SD_MESSAGE_STARTUP_FINISHED); zero where it was not logged.
    Microseconds kernel{};
    Microseconds initrd{};
    Microseconds userspace{};

    bool operator==(const JournalFindings&) const = default;
};

/// What the agent of a forked machine said when the guest went on.
struct ForkTime {
    /// Since the machine was started.
    Microseconds at{};
    /// How long the guest had been up, which is on its monotonic clock.
    Microseconds uptime{};

    bool operator==(const ForkTime&) const = default;
};

/// How the host was when the machine had ended: a slow host explains much.
struct HostState {
    /// Processes that wanted a CPU, over the last minute.
    double load = 0;
    unsigned processors = 0;
    /// Bytes
    std::uint64_t available_memory = 0;
    /// Processes that its kernel killed for lack of memory during the run.
    std::uint64_t oom_kills = 0;

    bool operator==(const HostState&) const = default;
};

/// All that was seen of one run. The judge looks at nothing else.
struct Observation {
    MachineKind kind = MachineKind::vm;
    /// Whose process 'machine_end' is of.
    Backend backend = Backend::qemu;
    WallClock::time_point started;
    /// From the start of the machine to its end.
    Microseconds duration{};
    Ended ended = Ended::by_itself;
    /// Somebody wants to leave; it ended the machine only where 'ended' says so.
    int interrupting_signal = 0;
    /// How QEMU or systemd-nspawn ended; nothing when it could not be started.
    std::optional<ProcessEnd> machine_end;
    /// The last lines that the machine's process wrote to its standard error.
    std::string machine_errors;
    /// What the process that writes the journal file wrote to its standard error.
    std::string receiver_errors;
    /// The guest opened its end of the notify channel at least once.
    bool channel_opened = false;
    std::vector<NotifyMessage> messages;
    /// The guest stood at a point from which it can go on, and that was written.
    bool saved = false;
    /// The machine has failed, and was saved to be resumed.
    bool kept = false;
    /// Nothing where the machine was not forked, or its agent was not heard of.
    std::optional<ForkTime> forked;
    /// Other lines that the agent said: complaints.
    std::string agent_words;
    /// Messages that were dropped because the guest sent too many or too large ones.
    std::uint64_t messages_dropped = 0;
    std::vector<MachineEvent> events;
    /// The last lines of the console, as they came.
    std::string console_tail;
    /// Why it was not, although it was to be; in words.
    std::string keep_fault;
    /// What QEMU says of the processors of a machine that hung; empty for others.
    std::string registers;
    /// The line of the console with which the kernel announced a panic; empty when there was none.
    std::string panic;
    HostState host;
    /// Its receiver was killed, so that a part of the journal may be missing.
    bool journal_truncated = false;
    /// Nothing when no journal file came to be, or it could not be read.
    std::optional<JournalFindings> journal;

    bool operator==(const Observation&) const = default;
};

/// The value of the last message that has the field.
std::optional<std::string>
last_field(const std::vector<NotifyMessage>& messages, const std::string& field);

/// The program whose process the machine is, for messages.
std::string_view machine_program(const Observation& observation);

/// The innermost part of the test that has begun and not ended; nothing where there is none.
const SubtestRecord* running_subtest(const Observation& observation);

/// Resets of the machine that the guest asked for.
unsigned count_resets(const Observation& observation);

} // namespace bootproof
