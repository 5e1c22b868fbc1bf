// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "observe/observation.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

// Command lines for a shell; empty where there is nothing to look at.

std::string journal_command(const std::filesystem::path& journal, const TestDescriptor& test);

std::string coredump_command(
    const std::filesystem::path& journal,
    const TestDescriptor& test,
    const Observation& observation);

/// Of a machine that was kept by the run of that name in that directory.
std::string resume_command(const std::filesystem::path& output_directory, const std::string& run);

/// At the console. 'options' are those of `bootproof run` that the run had; Meson knows nothing of
/// them. 'build_directory' may be empty.
std::string rerun_command(
    const std::string& test,
    const std::filesystem::path& build_directory,
    const std::vector<std::string>& options);

} // namespace bootproof
