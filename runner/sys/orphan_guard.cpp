// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/orphan_guard.hpp"

#include "base/error.hpp"
#include "sys/pipe.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace bootproof {

namespace {

/// After fork(): only what async-signal-safe code may do.
[[noreturn]] void guard(int runner, int pidfd, int milliseconds_to_end) {
    // Neither the terminal's nor Meson's signals for the group are meant for us.
    ::setsid();
    ::prctl(PR_SET_NAME, "bootproof-guard");
    // Nobody must wait for an end of file because we still hold a pipe of theirs.
    if (::dup2(runner, 0) < 0 || ::dup2(pidfd, 1) < 0)
        ::_exit(EXIT_FAILURE);
    ::syscall(SYS_close_range, 2U, ~0U, 0U);
    std::array<pollfd, 2> watched{pollfd{0, POLLIN, 0}, pollfd{1, POLLIN, 0}};
    while (::poll(watched.data(), watched.size(), -1) < 0 && errno == EINTR) {
    }
    if (milliseconds_to_end > 0) {
        ::syscall(SYS_pidfd_send_signal, 1, SIGTERM, nullptr, 0);
        ::poll(&watched[1], 1, milliseconds_to_end);
    }
    ::syscall(SYS_pidfd_send_signal, 1, SIGKILL, nullptr, 0);
    ::_exit(EXIT_SUCCESS);
}

void await_end_of_file(int fd) {
    pollfd watched{fd, POLLIN, 0};
    while (::poll(&watched, 1, -1) < 0 && errno == EINTR) {
    }
}

} // namespace

OrphanGuard::OrphanGuard(const ChildProcess& child, std::chrono::seconds time_to_end) {
    const auto milliseconds = std::chrono::milliseconds(time_to_end).count();
    auto [runner, alive] = make_pipe();
    alive_ = std::move(alive);
    auto [ready, preparing] = make_pipe();
    pid_ = ::fork();
    if (pid_ < 0)
        throw system_error(errno, "Failed to fork");
    if (pid_ == 0) {
        alive_.reset();
        guard(runner.get(), child.pidfd(), static_cast<int>(milliseconds));
    }
    // Before that a SIGKILL for the group, such as Meson's, would end both of us.
    preparing.reset();
    await_end_of_file(ready.get());
}

OrphanGuard::OrphanGuard(OrphanGuard&& other) noexcept
    : pid_(std::exchange(other.pid_, 0))
    , alive_(std::move(other.alive_)) {}

OrphanGuard& OrphanGuard::operator=(OrphanGuard&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(alive_, other.alive_);
    return *this;
}

OrphanGuard::~OrphanGuard() {
    alive_.reset();
    if (pid_ > 0)
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
}

} // namespace bootproof
