// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace bootproof {

/// Strict is valid against Jenkins' junit-10.xsd. Rich has what that forbids and GitLab and
/// GitHub's actions read: file and line of a case, and properties of its own.
enum class JunitFlavor : std::uint8_t { strict, rich };

} // namespace bootproof
