// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/directory.hpp"

#include "base/error.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace bootproof {

void make_private_directory(const std::filesystem::path& directory) {
    std::error_code ignored;
    std::filesystem::create_directories(directory.parent_path(), ignored);
    if (::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST)
        throw system_error(errno, fmt::format("Failed to create '{}'", directory.string()));

    struct stat info {};

    if (::lstat(directory.c_str(), &info) < 0 || !S_ISDIR(info.st_mode)
        || info.st_uid != ::geteuid() || (info.st_mode & 077) != 0)
        throw Error(
            fmt::format("'{}' is not a private directory of this user", directory.string()),
            "Remove it, or leave it to this user alone (chmod 700)");
}

std::filesystem::path make_unique_directory(const std::filesystem::path& stem) {
    auto path = stem.string() + ".XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        throw system_error(errno, fmt::format("Failed to create '{}'", path));
    return path;
}

void remove_directory(const std::filesystem::path& directory) {
    const auto away =
        directory.parent_path() / fmt::format(".{}.old", directory.filename().string());
    std::error_code code;
    // Of one that was killed meanwhile.
    std::filesystem::remove_all(away, code);
    std::filesystem::rename(directory, away, code);
    std::filesystem::remove_all(code ? directory : away, code);
}

} // namespace bootproof
