// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <utility>

namespace bootproof {

/// Owns a file descriptor; -1 is none.
class UniqueFd {
public:
    UniqueFd() = default;

    explicit UniqueFd(int fd)
        : fd_(fd) {}

    UniqueFd(UniqueFd&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }

    [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

    void reset();

    /// Another descriptor for the same, close-on-exec.
    [[nodiscard]] UniqueFd duplicate() const;

private:
    int fd_ = -1;
};

/// Another descriptor for the same, close-on-exec. Throws Error.
UniqueFd duplicate(int fd);

} // namespace bootproof
