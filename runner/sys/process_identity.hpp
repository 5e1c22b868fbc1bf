// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <string>

namespace bootproof {

/// A process for good: numbers come again, but not with the same start time.
struct ProcessIdentity {
    pid_t pid = 0;
    /// Clock ticks since the start of the host; field 22 of /proc/PID/stat (proc(5)). Empty: there
    /// was no such process.
    std::string start_time;

    bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity identify_process(pid_t pid);

/// PID 1 of the innermost PID namespace among this process and those below it; 0 where there is
/// none.
pid_t find_init(pid_t ancestor);

/// SIGKILL, if the process still is the one.
void kill_process(const ProcessIdentity& process);

} // namespace bootproof
