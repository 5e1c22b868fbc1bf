// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace bootproof {

/// Makes this process and its children use the channel for hosts without vsock. False where that
/// takes more than we may.
bool hide_vsock();

/// A tmpfs of so many KiB, for this process and its children only, and for as long as this object.
class SmallDisk {
public:
    SmallDisk(std::filesystem::path directory, unsigned kibibytes);
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk();

    /// False where mounting takes more than we may.
    [[nodiscard]] explicit operator bool() const { return is_mounted_; }

private:
    std::filesystem::path directory_;
    bool is_mounted_ = false;
};

/// Something that cannot be executed in place of a file, for this process and its children only,
/// and for as long as this object.
class HiddenFile {
public:
    explicit HiddenFile(std::filesystem::path file);
    HiddenFile(const HiddenFile&) = delete;
    HiddenFile& operator=(const HiddenFile&) = delete;
    ~HiddenFile();

    /// False where mounting takes more than we may.
    [[nodiscard]] explicit operator bool() const { return is_hidden_; }

private:
    std::filesystem::path file_;
    bool is_hidden_ = false;
};

} // namespace bootproof
