// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/pipe.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace bootproof {

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        throw system_error(errno, "Failed to make a pipe");
    Pipe pipe{.reader = UniqueFd(ends[0]), .writer = UniqueFd(ends[1])};
    if (::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK) < 0)
        throw system_error(errno, "Failed to make a pipe non-blocking");
    return pipe;
}

} // namespace bootproof
