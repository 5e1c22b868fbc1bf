// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/wrapper_arguments.hpp"
#include "plan/run_options.hpp"

#include <filesystem>
#include <string>

namespace bootproof {

/// Runs one test from its descriptor to its reports; returns the exit code. Whatever happens, a
/// JUnit file was written if one was asked for. 'build_directory' may be empty.
int run_test(
    const std::string& test,
    const std::filesystem::path& build_directory,
    const RunOptions& options);

/// The same of a test that the command line of systemd's wrapper describes, on the image of the
/// build directory unless the options name another.
int run_wrapper(
    const WrapperArguments& arguments,
    const std::filesystem::path& build_directory,
    const RunOptions& options);

} // namespace bootproof
