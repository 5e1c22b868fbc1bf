// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/process_identity.hpp"

#include "base/error.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace bootproof {

ProcessIdentity identify_process(pid_t pid) {
    std::string stat;
    try {
        stat = read_file(fmt::format("/proc/{}/stat", pid));
    } catch (const Error&) {
        return {.pid = pid, .start_time = {}};
    }
    // The second field is the command in parentheses and may hold anything; the third comes after
    // the last of them.
    std::istringstream fields(stat.substr(std::min(stat.rfind(')') + 1, stat.size())));
    std::string field;
    for (int number = 3; number <= 22; ++number)
        fields >> field;
    return {.pid = pid, .start_time = field};
}

void kill_process(const ProcessIdentity& process) {
    if (process.pid > 1 && !process.start_time.empty() && identify_process(process.pid) == process)
        ::kill(process.pid, SIGKILL);
}

} // namespace bootproof
