// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// A root shell at this terminal, on the second console of a machine whose test runs. Returns the
/// exit status. Throws Error where there is no such machine, or none that has such a console.
int attach_machine(const AttachCommand& command);

} // namespace bootproof
