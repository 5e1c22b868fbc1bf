// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <string>

namespace bootproof {

/// "STEM: the last line the machine's process wrote", or only the stem.
std::string with_machine_error(const std::string& stem, const Observation& observation);

} // namespace bootproof
