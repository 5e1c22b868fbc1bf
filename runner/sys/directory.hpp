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

/// Removes it with all that is in it. It is put away in one step first (".NAME.old"), so that
/// somebody may make one of that name meanwhile. What cannot be removed stays.
void remove_directory(const std::filesystem::path& directory);

} // namespace bootproof
