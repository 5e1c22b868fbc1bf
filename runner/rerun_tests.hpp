// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// Runs tests again as they were run before; returns the exit code of the first that did not pass.
/// Throws Error where there is no such run.
int rerun_tests(const RerunCommand& command);

} // namespace bootproof
