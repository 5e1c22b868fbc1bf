// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"
#include "verdict/verdict.hpp"

#include <optional>

namespace bootproof {

/// What went wrong with the machine itself, whatever the test was at: its process failed or was
/// killed, its kernel panicked, its disk failed, its watchdog expired. Nothing where it held.
std::optional<Verdict> machine_fault(const Observation& observation);

} // namespace bootproof
