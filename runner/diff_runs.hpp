// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// Prints the last run of a test that failed beside the last one that passed. Throws Error where
/// one of them is missing.
int diff_runs(const DiffCommand& command);

} // namespace bootproof
