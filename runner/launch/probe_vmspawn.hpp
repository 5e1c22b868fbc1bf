// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"

namespace bootproof {

/// Looks for systemd-vmspawn in $PATH, and for what it needs of the host: a bus, and the control
/// group of a unit. What is missing and can be made for one run is tried.
VmspawnHost probe_vmspawn(const RunOptions& options);

} // namespace bootproof
