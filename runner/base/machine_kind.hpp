// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace bootproof {

/// What a test runs in. Both boot PID 1; a container has the host's kernel.
enum class MachineKind : std::uint8_t { vm, container };

} // namespace bootproof
