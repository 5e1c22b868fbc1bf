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
#include <utility>

namespace bootproof {

UniqueFd try_lock(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) < 0)
        return {};
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

/// Within the life of an alarm; false when it takes longer.
bool lock_until(
    const UniqueFd& fd,
    const std::filesystem::path& path,
    std::chrono::steady_clock::time_point end) {
    while (::flock(fd.get(), LOCK_EX) < 0) {
        if (errno != EINTR)
            throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
        if (std::chrono::steady_clock::now() >= end)
            return false;
    }
    return true;
}

bool is_at(const UniqueFd& fd, const std::filesystem::path& path) {
    struct stat opened {};

    struct stat named {};

    return ::fstat(fd.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0
           && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

} // namespace

UniqueFd create_locked_file(const std::filesystem::path& path, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    const Alarm alarm(limit);
    for (;;) {
        std::error_code code;
        std::filesystem::create_directories(path.parent_path(), code);
        if (code)
            throw Error(fmt::format(
                "Failed to create '{}': {}", path.parent_path().string(), code.message()));
        UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
        // The directory may have gone since.
        if (!fd && errno != ENOENT)
            throw system_error(errno, fmt::format("Failed to create '{}'", path.string()));
        if (fd && !lock_until(fd, path, end))
            return {};
        // Whoever had the lock may have put the file away.
        if (fd && is_at(fd, path)) {
            if (::ftruncate(fd.get(), 0) < 0)
                throw system_error(errno, fmt::format("Failed to empty '{}'", path.string()));
            return fd;
        }
        if (std::chrono::steady_clock::now() >= end)
            return {};
    }
}

UniqueFd lock_file(const std::filesystem::path& path) {
    auto fd = open_lock_file(path);
    if (::flock(fd.get(), LOCK_EX) < 0)
        throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
    return fd;
}

UniqueFd try_lock_file(const std::filesystem::path& path) {
    auto fd = open_lock_file(path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0 || !is_at(fd, path))
        return {};
    return fd;
}

UniqueFd lock_file_within(const std::filesystem::path& path, std::chrono::milliseconds limit) {
    auto fd = open_lock_file(path);
    const auto end = std::chrono::steady_clock::now() + limit;
    const Alarm alarm(limit);
    return lock_until(fd, path, end) ? std::move(fd) : UniqueFd();
}

UniqueFd lock_shared(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd || ::flock(fd.get(), LOCK_SH) < 0)
        throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
    return fd;
}

} // namespace bootproof
