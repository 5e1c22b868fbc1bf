// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace bootproof {

/// Makes this process and its children use the channel for hosts without vsock. False where that
/// takes more than we may.
bool hide_vsock();

/// Something that is mounted for this process and its children only, and for as long as this
/// object.
class PrivateMount {
public:
    PrivateMount(std::filesystem::path place, bool is_mounted);
    PrivateMount(const PrivateMount&) = delete;
    PrivateMount& operator=(const PrivateMount&) = delete;
    ~PrivateMount();

    /// False where mounting takes more than we may.
    [[nodiscard]] explicit operator bool() const { return is_mounted_; }

private:
    std::filesystem::path place_;
    bool is_mounted_;
};

/// A tmpfs of so many KiB.
[[nodiscard]] PrivateMount small_disk(const std::filesystem::path& directory, unsigned kibibytes);

/// Something that cannot be executed in place of a file.
[[nodiscard]] PrivateMount hidden_file(const std::filesystem::path& file);

} // namespace bootproof
