// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"

#include <filesystem>
#include <string_view>

namespace bootproof {

/// HostCapabilities as they were written down; throws Error "PATH:LINE:COLUMN: …".
HostCapabilities parse_host(std::string_view yaml, const std::filesystem::path& path);

/// What a person could ask for on the command line: console, accelerator, timeout-factor.
RunOptions parse_options(std::string_view yaml, const std::filesystem::path& path);

} // namespace bootproof
