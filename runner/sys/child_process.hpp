// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

/// How a process ended; see waitid(2).
struct ExitInfo {
    std::optional<int> exit_status;
    int signal = 0;
};

struct SpawnOptions {
    std::vector<std::string> command;
    /// Added to the environment.
    std::map<std::string, std::string> environment;
    /// -1: /dev/null for standard input, the runner's own for the others.
    int standard_input = -1;
    int standard_output = -1;
    int standard_error = -1;
    /// Leave standard input as it is.
    bool inherit_standard_input = false;
    /// Further descriptors, by the number that the child shall see.
    std::map<int, int> descriptors;
    /// Out of reach of a signal for the runner's process group, such as Meson's SIGTERM and
    /// SIGKILL.
    bool own_process_group = true;
};

/// A process of ours. It is killed and reaped when the object goes, at the latest.
class ChildProcess {
public:
    ChildProcess() = default;

    /// Throws Error naming the program when it cannot be started.
    explicit ChildProcess(const SpawnOptions& options);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    [[nodiscard]] explicit operator bool() const { return pid_ > 0; }

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Becomes readable when the process has ended.
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }

    void kill(int signal_number) const;

    /// Whether the process ends within that time; it still has to be waited for.
    [[nodiscard]] bool ends_within(std::chrono::milliseconds limit) const;

    /// Reaps; blocks until the process has ended.
    ExitInfo wait();

private:
    pid_t pid_ = 0;
    UniqueFd pidfd_;
};

} // namespace bootproof
