// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

namespace bootproof {

/// The plan that the files of a folder ask for: descriptor.yaml, image.yaml and host.yaml, perhaps
/// options.yaml, and what the descriptor's credentials are read from. Throws Error for a fault in
/// them, and for a file that nothing reads.
std::string plan_of_case(const std::filesystem::path& folder);

/// A whole file; throws Error when it cannot be read.
std::string read_whole(const std::filesystem::path& path);

} // namespace bootproof
