// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/run_options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// A variable that changes what a run does.
struct EnvironmentVariable {
    std::string_view name;
    std::string_view meaning;
};

/// All of them, for --help; nothing else of the environment is looked at, but for the directories
/// of XDG, TMPDIR and PATH.
const std::vector<EnvironmentVariable>& environment_variables();

/// Reads every environment variable, once. Throws Error naming a variable whose value makes no
/// sense.
RunOptions options_from_environment();

} // namespace bootproof
