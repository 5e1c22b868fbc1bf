// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace bootproof {

/// Reads a whole file; throws Error when it cannot.
using FileReader = std::function<std::string(const std::filesystem::path&)>;

/// One descriptor, checked. 'path' is for messages only; 'read_file' fetches credentials that are
/// kept in files. Throws Error "PATH:LINE:COLUMN: …" for the first fault.
TestDescriptor parse_descriptor(
    std::string_view yaml, const std::filesystem::path& path, const FileReader& read_file);

} // namespace bootproof
