// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/qmp_command.hpp"

#include <fmt/format.h>

namespace bootproof {

std::string qmp_grow(std::uint64_t bytes) {
    return fmt::format(
        "{{\"execute\":\"block_resize\",\"arguments\":{{\"device\":\"root\",\"size\":{}}}}}\n",
        bytes);
}

} // namespace bootproof
