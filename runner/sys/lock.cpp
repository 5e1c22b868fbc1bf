// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/lock.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

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
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0)
        return {};
    if (::ftruncate(fd.get(), 0) < 0)
        throw system_error(errno, fmt::format("Failed to empty '{}'", path.string()));
    return fd;
}

UniqueFd lock_file(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
    if (!fd || ::flock(fd.get(), LOCK_EX) < 0)
        throw system_error(errno, fmt::format("Failed to lock '{}'", path.string()));
    return fd;
}

} // namespace bootproof
