// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace bootproof {

/// Makes this process and its children use the channel for hosts without vsock. False where that
/// takes more than we may.
bool hide_vsock();

/// Mounts a tmpfs of so many KiB there, for this process and its children only. False where that
/// takes more than we may.
bool mount_small(const std::filesystem::path& directory, unsigned kibibytes);

void unmount(const std::filesystem::path& directory);

} // namespace bootproof
