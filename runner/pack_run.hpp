// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace bootproof {

/// Puts all that a run has left into one archive, its kept machine included, which resume goes on
/// with wherever it is unpacked. Throws Error.
int pack_run(const PackCommand& command);

} // namespace bootproof
