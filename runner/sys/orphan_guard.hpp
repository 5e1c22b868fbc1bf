// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/child_process.hpp"
#include "sys/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>

namespace bootproof {

/// Kills a process if the runner dies without having done so itself, even by SIGKILL.
/// PR_SET_PDEATHSIG cannot: the kernel clears it when QEMU changes its user. A tiny process of its
/// own waits for the end of the runner or of the child, whichever comes first.
class OrphanGuard {
public:
    OrphanGuard() = default;
    /// With a time for it, the child is first told to end (SIGTERM), and killed when that has
    /// passed.
    explicit OrphanGuard(
        const ChildProcess& child, std::chrono::seconds time_to_end = std::chrono::seconds(0));
    OrphanGuard(OrphanGuard&& other) noexcept;
    OrphanGuard& operator=(OrphanGuard&& other) noexcept;
    OrphanGuard(const OrphanGuard&) = delete;
    OrphanGuard& operator=(const OrphanGuard&) = delete;
    /// The child is killed if it still runs.
    ~OrphanGuard();

private:
    pid_t pid_ = 0;
    UniqueFd alive_;
};

} // namespace bootproof
