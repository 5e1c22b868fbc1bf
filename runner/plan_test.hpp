// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/wrapper_arguments.hpp"
#include "plan/run_options.hpp"

#include <filesystem>
#include <string>

namespace bootproof {

/// Prints the plan on standard output; starts and writes nothing but the cache of what the host can
/// do.
int plan_test(
    const std::string& test,
    const std::filesystem::path& build_directory,
    const RunOptions& options);
int plan_wrapper(
    const WrapperArguments& arguments,
    const std::filesystem::path& build_directory,
    const RunOptions& options);

} // namespace bootproof
