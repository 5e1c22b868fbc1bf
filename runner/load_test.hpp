// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "descriptor/wrapper_arguments.hpp"
#include "plan/run_options.hpp"

#include <filesystem>
#include <string>

namespace bootproof {

struct LoadedTest {
    TestDescriptor test;
    /// Empty where there is none.
    std::filesystem::path build_directory;
    /// The same.
    std::filesystem::path descriptor;
    /// As systemd's wrapper was told: by the rules of mkosi.
    bool is_wrapped = false;
};

/// The test of that name, or of that descriptor's path. 'build_directory' may be empty. Throws
/// Error as find_descriptor() and load_descriptor() do.
LoadedTest load_declared(const std::string& test, const std::filesystem::path& build_directory);

/// What the command line of systemd's wrapper describes. Throws Error where it is not right.
LoadedTest
load_wrapper(const WrapperArguments& arguments, const std::filesystem::path& build_directory);

/// What the options say of the test itself, and where its files go. Throws Error naming the image.
void settle(LoadedTest& loaded, RunOptions& options);

} // namespace bootproof
