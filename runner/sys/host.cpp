// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/host.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace bootproof {

bool is_root() {
    return ::geteuid() == 0;
}

std::string host_identity() {
    utsname name{};
    ::uname(&name);
    return fmt::format("{} {} {}", name.nodename, name.release, name.version);
}

} // namespace bootproof
