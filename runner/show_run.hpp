// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// Prints the story of a run that is over on standard output. Throws Error where there is none.
int show_run(const ShowCommand& command);

} // namespace bootproof
