// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// Makes one report of all runs that have ended. Throws Error where there is none.
int report_runs(const ReportCommand& command);

} // namespace bootproof
