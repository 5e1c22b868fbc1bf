// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/host_check.hpp"
#include "plan/run_options.hpp"

#include <filesystem>
#include <vector>

namespace bootproof {

/// Looks at everything on this host that a run depends on: image, QEMU, KVM (by a boot, whose
/// result is kept in the cache directory), vsock, firmware, containers, tools, backends, memory and
/// room. What is wrong is in the checks, and is no Error. 'build_directory' may be empty; then
/// there is no image to look at.
std::vector<HostCheck>
examine_host(const std::filesystem::path& build_directory, RunOptions options);

} // namespace bootproof
