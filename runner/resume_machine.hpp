// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// Goes on with a machine that was kept when its test failed, at this terminal or, where there is
/// none, for a debugger alone; as often as wanted, for all that it writes goes with it. Returns the
/// exit status. Throws Error where there is no such machine, or this host cannot go on with it.
int resume_machine(const ResumeCommand& command);

} // namespace bootproof
