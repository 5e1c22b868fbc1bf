// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <cstddef>

namespace bootproof {

/// What a pipe holds at the most, unless it is asked to hold another amount: what a process had
/// written when it ended is no more than that.
inline constexpr std::size_t pipe_capacity = 65536;

/// See pipe(7). Both ends are close-on-exec.
struct Pipe {
    UniqueFd reader;
    UniqueFd writer;
};

/// With a reading end that does not block; throws Error.
Pipe make_pipe();

} // namespace bootproof
