// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace bootproof {

/// What this process has open: number and target.
inline std::map<std::string, std::string> open_descriptors() {
    std::map<std::string, std::string> open;
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        // The directory that is being listed.
        if (target.find("/fd") == std::string::npos)
            open.emplace(entry.path().filename().string(), target);
    }
    return open;
}

} // namespace bootproof
