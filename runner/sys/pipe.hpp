// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

namespace bootproof {

/// See pipe(7). Both ends are close-on-exec.
struct Pipe {
    UniqueFd reader;
    UniqueFd writer;
};

/// With a reading end that does not block; throws Error.
Pipe make_pipe();

} // namespace bootproof
