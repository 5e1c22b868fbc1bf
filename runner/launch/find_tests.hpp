// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

/// The build directory that is meant: the one given, else the Meson build directory that a
/// descriptor's path lies in, else that of the current directory, its 'build', or the program's.
/// Empty when there is none.
std::filesystem::path
find_build_directory(const std::filesystem::path& given, const std::string& test = {});

/// Where a build directory keeps its saved machines; empty where there is none.
std::filesystem::path machines_directory(const std::filesystem::path& build_directory);

/// All descriptors that Meson wrote in that build directory, sorted by name.
std::vector<std::filesystem::path> find_descriptors(const std::filesystem::path& build_directory);

/// A path as it is, or the descriptor of the test of that name. Throws Error with the nearest name.
std::filesystem::path
find_descriptor(const std::string& name_or_path, const std::filesystem::path& build_directory);

/// Reads and checks; throws Error with file, line and column.
TestDescriptor load_descriptor(const std::filesystem::path& path);

/// Throws Error naming the command that builds the image where there is none.
ImageManifest load_image(const std::filesystem::path& manifest);

} // namespace bootproof
