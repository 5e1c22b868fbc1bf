// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/lock.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace bootproof {

UniqueFd try_lock(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) < 0)
        return {};
    return fd;
}

UniqueFd create_locked_file(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
    if (!fd)
        throw system_error(errno, fmt::format("Failed to create '{}'", path.string()));

    struct stat status {};

    // Whoever had the lock may have removed the file.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0 || ::fstat(fd.get(), &status) < 0
        || status.st_nlink == 0)
        return {};
    if (::ftruncate(fd.get(), 0) < 0)
        throw system_error(errno, fmt::format("Failed to empty '{}'", path.string()));
    return fd;
}

namespace {

UniqueFd open_lock_file(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
    if (!fd)
        throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
    return fd;
}

/// While it lives, SIGALRM interrupts system calls again and again.
class Alarm {
public:
    explicit Alarm(std::chrono::milliseconds first) {
        struct sigaction action {};

        action.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &action, &before_);
        const auto delay = std::max(first, std::chrono::milliseconds(1));
        const itimerval timer{
            // Again, for the first may come before the call that it is to interrupt.
            .it_interval = {.tv_sec = 0, .tv_usec = 100'000},
            .it_value = {.tv_sec = delay.count() / 1000, .tv_usec = delay.count() % 1000 * 1000}};
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }

    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    Alarm(Alarm&&) = delete;
    Alarm& operator=(Alarm&&) = delete;

    ~Alarm() {
        const itimerval off{};
        ::setitimer(ITIMER_REAL, &off, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }

private:
    struct sigaction before_ {};
};

} // namespace

UniqueFd lock_file(const std::filesystem::path& path) {
    auto fd = open_lock_file(path);
    if (::flock(fd.get(), LOCK_EX) < 0)
        throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
    return fd;
}

UniqueFd try_lock_file(const std::filesystem::path& path) {
    auto fd = open_lock_file(path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0)
        return {};
    return fd;
}

UniqueFd lock_file_within(const std::filesystem::path& path, std::chrono::milliseconds limit) {
    auto fd = open_lock_file(path);
    const auto end = std::chrono::steady_clock::now() + limit;
    const Alarm alarm(limit);
    while (::flock(fd.get(), LOCK_EX) < 0) {
        if (errno != EINTR)
            throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
        if (std::chrono::steady_clock::now() >= end)
            return {};
    }
    return fd;
}

UniqueFd lock_shared(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd || ::flock(fd.get(), LOCK_SH) < 0)
        throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
    return fd;
}

} // namespace bootproof
