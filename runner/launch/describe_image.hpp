// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace bootproof {

/// The manifest of an image: the path itself where it is one, or that which tools/describe-image
/// makes, below 'cache', of a disk or a directory. Throws Error where it cannot.
std::filesystem::path
manifest_of(const std::filesystem::path& image, const std::filesystem::path& cache);

} // namespace bootproof
