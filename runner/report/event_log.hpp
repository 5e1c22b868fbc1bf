// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <string>

namespace bootproof {

/// Every notify message and QMP event of a run, a line each, in the order of their times: seconds
/// since the machine was started, where it comes from, and what it says.
std::string event_log(const Observation& observation);

} // namespace bootproof
