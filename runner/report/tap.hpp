// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

#include <string>

namespace bootproof {

/// The run as TAP 13 (testanything.org): a point for each subtest, and one for the test itself
/// where it has no subtests, or has failed without one of them.
std::string tap(const RunRecord& record);

/// What a producer of TAP exits with: a skip is told in words.
int tap_exit_code(Outcome outcome);

} // namespace bootproof
