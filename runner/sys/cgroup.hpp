// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace bootproof {

/// Kills what is in the control group of the unified hierarchy (cgroups(7)) and removes it with all
/// below it, whether that hierarchy is mounted or not. 'name' is a path from its root. Nothing
/// happens where there is no such group, or it may not be touched.
void remove_cgroup(const std::string& name);

} // namespace bootproof
