// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/unique_fd.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace bootproof {

void UniqueFd::reset() {
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

UniqueFd UniqueFd::duplicate() const {
    return bootproof::duplicate(fd_);
}

UniqueFd duplicate(int fd) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!copy)
        throw system_error(errno, "Failed to duplicate a file descriptor");
    return copy;
}

} // namespace bootproof
