// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/process_identity.hpp"

#include "base/error.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

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

namespace {

/// How many PID namespaces a process is in, if it is PID 1 of the innermost; else 0.
std::size_t levels_of_init(pid_t pid) {
    std::istringstream status(read_file(fmt::format("/proc/{}/status", pid)));
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with("NSpid:"))
            continue;
        std::istringstream numbers(line.substr(line.find(':') + 1));
        std::size_t levels = 0;
        pid_t number = 0;
        while (numbers >> number)
            ++levels;
        return number == 1 ? levels : 0;
    }
    return 0;
}

} // namespace

pid_t find_init(pid_t ancestor) {
    std::vector<pid_t> family;
    if (ancestor > 0)
        family.push_back(ancestor);
    pid_t init = 0;
    std::size_t deepest = 0;
    for (std::size_t i = 0; i < family.size(); ++i) {
        try {
            const auto levels = levels_of_init(family[i]);
            if (levels > deepest) {
                deepest = levels;
                init = family[i];
            }
            std::istringstream children(
                read_file(fmt::format("/proc/{0}/task/{0}/children", family[i])));
            for (pid_t child = 0; children >> child;)
                family.push_back(child);
        } catch (const Error&) {
            // It has ended.
            continue;
        }
    }
    return init;
}

void kill_process(const ProcessIdentity& process) {
    if (process.pid > 1 && !process.start_time.empty() && identify_process(process.pid) == process)
        ::kill(process.pid, SIGKILL);
}

} // namespace bootproof
