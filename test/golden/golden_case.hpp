// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace bootproof {

/// File names, and what has to be in them.
using Plans = std::map<std::string, std::string>;

/// The plan that the files of a folder ask for, as plan.txt: descriptor.yaml, image.yaml and
/// host.yaml, perhaps options.yaml, and what the descriptor's credentials are read from. Throws
/// Error for a fault in them, and for a file that nothing reads.
Plans plan_of_case(const std::filesystem::path& folder);

/// The same for each backend that runs such a machine, as BACKEND.txt. Image and host are those of
/// the folder around it, so that all cases are about the same ones.
Plans plans_of_backends(const std::filesystem::path& folder);

/// A whole file; throws Error when it cannot be read.
std::string read_whole(const std::filesystem::path& path);

} // namespace bootproof
