// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace bootproof {

/// A vsock context for one machine. The file descriptor is the one the CID was claimed on, as the
/// child will see it.
struct VsockResources {
    std::uint32_t guest_cid = 0;
    std::uint32_t notify_port = 0;
    std::uint32_t journal_port = 0;
    int vhost_fd = -1;

    bool operator==(const VsockResources&) const = default;
};

/// What was taken for this run alone.
struct RunResources {
    /// Private (0700), short enough for sockets, removed after the run.
    std::filesystem::path directory;
    /// Where QEMU keeps what the guest writes to the disk, in files it has already unlinked.
    std::filesystem::path overlay_directory;
    /// What is kept of the run, but for the journal.
    std::filesystem::path evidence;
    /// Where the journal is written; it may be moved in the end.
    std::filesystem::path journal;
    std::optional<VsockResources> vsock;
    /// Of a machine that is saved or forked: the directory of what is saved of it.
    std::filesystem::path saved_machine;
    /// Of a machine that is kept when its test fails, or resumed: the directory for it.
    std::filesystem::path kept_machine;
    /// Of the time that the test may take, what has passed already.
    std::chrono::milliseconds spent{};
    std::chrono::system_clock::time_point now;
};

/// The console, byte for byte, in the directory of what is kept.
inline std::filesystem::path console_log(const std::filesystem::path& evidence) {
    return evidence / "console.log";
}

} // namespace bootproof
