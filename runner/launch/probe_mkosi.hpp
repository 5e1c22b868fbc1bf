// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"

namespace bootproof {

/// Looks for mkosi in $PATH and asks its version, which is kept in the cache directory.
MkosiHost probe_mkosi(const RunOptions& options);

} // namespace bootproof
