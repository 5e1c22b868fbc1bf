// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <chrono>
#include <filesystem>

namespace bootproof {

/// Takes flock(2) on the file or directory. Nothing when another process has it. The kernel gives
/// it back when the process ends, however it ends.
UniqueFd try_lock(const std::filesystem::path& path);

/// Opens the file for writing, empties it, and keeps the lock on it. Nothing when another process
/// has it for longer than 'limit'; then its content stays. The file's directory may be renamed
/// or removed by whoever has the lock, and is made where it is missing. Throws Error naming the
/// file when it cannot be opened. SIGALRM and the timer of setitimer(2) are used meanwhile.
UniqueFd create_locked_file(const std::filesystem::path& path, std::chrono::milliseconds limit);

/// Waits for the lock; the file is made when it is missing.
UniqueFd lock_file(const std::filesystem::path& path);

/// The same without waiting. Nothing when another process has it, or has just put the file away.
UniqueFd try_lock_file(const std::filesystem::path& path);

/// The same, but nothing when that takes longer than 'limit'. SIGALRM and the timer of setitimer(2)
/// are used meanwhile.
UniqueFd lock_file_within(const std::filesystem::path& path, std::chrono::milliseconds limit);

/// A lock that others may have, too, as long as they share it. Throws Error naming the file or
/// directory.
UniqueFd lock_shared(const std::filesystem::path& path);

} // namespace bootproof
