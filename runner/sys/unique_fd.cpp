// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/unique_fd.hpp"

#include <unistd.h>

namespace bootproof {

void UniqueFd::reset() {
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

} // namespace bootproof
