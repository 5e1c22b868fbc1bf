// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

namespace bootproof {

/// Makes the directory with mode 0700, with its parents. Throws Error when there is one of that
/// name that belongs to somebody else or is open to others: /tmp is everybody's.
void make_private_directory(const std::filesystem::path& directory);

/// Makes a directory with a name that nobody else has: 'stem' and six random characters. Mode 0700.
std::filesystem::path make_unique_directory(const std::filesystem::path& stem);

} // namespace bootproof
