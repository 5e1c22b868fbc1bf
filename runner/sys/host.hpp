// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace bootproof {

/// Whether the effective user is root.
bool is_root();

/// Name of the host and version of its kernel; see uname(2).
std::string host_identity();

} // namespace bootproof
