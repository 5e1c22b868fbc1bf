// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// COMMAND_LINE_SIZE of x86 and arm64, with the final NUL. What is over it the kernel cuts off
/// without a word.
inline constexpr std::size_t kernel_command_line_limit = 2048;

/// The name of the guest: the test's, as a label of at most 64 characters (HOST_NAME_MAX).
std::string host_name(const std::string& test);

/// What the test's guest calls itself.
std::string guest_name(const TestDescriptor& test);

/// Where systemd's packaged tests have the units of the test of that name.
std::string test_unit_directory(const std::string& test);

/// What PID 1 is told in a machine of either kind: its name, where units are, which is the test's,
/// and how to end.
std::vector<std::string> manager_arguments(const PlanInput& input);

/// What a run adds to the image's own kernel command line, the descriptor's words last.
std::vector<std::string>
extra_kernel_arguments(const PlanInput& input, std::string_view accelerator);

/// Words joined with blanks; a value with blanks is quoted as the kernel reads it: key="a b".
std::string join_kernel_arguments(const std::vector<std::string>& words);

} // namespace bootproof
