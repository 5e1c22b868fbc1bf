// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace bootproof {

/// Lines of sh(1) that make directory $1, and mount at $1/root an overlay of tree $2, which stays
/// as it is. All mounts are to be those of a private namespace, so that the kernel takes them down
/// however it ends. Relative paths: options of mount(8) have no quoting.
inline constexpr std::string_view mount_tree_overlay =
    "mkdir \"$1\"\n"
    "mount -t tmpfs -o mode=0755 bootproof \"$1\"\n"
    "cd \"$1\"\n"
    "mkdir tree upper work root\n"
    // It becomes the root directory, whatever the umask is.
    "chmod 0755 upper\n"
    "mount --bind \"$2\" tree\n"
    "mount -t overlay -o lowerdir=tree,upperdir=upper,workdir=work "
    "bootproof root\n";

} // namespace bootproof
