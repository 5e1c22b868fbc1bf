// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"

namespace bootproof {

/// Asks libvirt for its capabilities, which starts its daemon where it starts by itself.
LibvirtHost probe_libvirt(const RunOptions& options);

} // namespace bootproof
