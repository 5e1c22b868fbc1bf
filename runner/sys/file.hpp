// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bootproof {

/// The whole file, or at most 'limit' bytes of it. Throws Error naming the file.
std::string read_file(
    const std::filesystem::path& path, std::size_t limit = std::numeric_limits<std::size_t>::max());

/// The last 'limit' bytes; empty when there is no such file.
std::string read_file_tail(const std::filesystem::path& path, std::size_t limit);

/// Opens a file for reading. Throws Error naming the file.
UniqueFd open_file(const std::filesystem::path& path);

/// Opens a new or emptied file for writing, with exactly this mode. Throws Error naming the file.
UniqueFd create_file(const std::filesystem::path& path, unsigned mode);

/// The same, but what the file already has stays, and is written behind.
UniqueFd append_file(const std::filesystem::path& path, unsigned mode);

/// The same, but there must be nothing of that name yet, not even a symlink.
UniqueFd create_new_file(const std::filesystem::path& path, unsigned mode);

/// Takes what nobody reads; see null(4).
UniqueFd open_null();

/// Writes all of it; throws Error naming the file ('path' is for the message).
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode);

/// Writes beside the file and renames: a reader sees the old content or the new, and nothing in
/// between. Makes the directories above it.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// What the effective user may do with it; false also where there is nothing of that name.
bool can_read(const std::filesystem::path& path);
bool can_write(const std::filesystem::path& path);
bool can_execute(const std::filesystem::path& path);

/// A file's size and time of last change: enough to notice that it is another one.
struct FileStamp {
    std::uintmax_t size = 0;
    /// Nanoseconds since the epoch.
    std::int64_t modified = 0;

    bool operator==(const FileStamp&) const = default;
};

/// Nothing where there is no such file.
std::optional<FileStamp> file_stamp(const std::filesystem::path& path);

/// Reads what is there. Nothing: there is nothing yet (the descriptor does not block); 0: the end,
/// or the other side is gone.
std::optional<std::size_t> read_some(int fd, std::span<char> buffer);

/// A new file with the content of another. Throws Error naming what could not be read or written.
void copy_whole_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// A file of that size, all holes, that has no name and goes with its last descriptor, open for
/// reading and writing, in that directory. Throws Error naming the directory.
UniqueFd create_without_name(const std::filesystem::path& directory, std::uint64_t bytes);

/// A copy that has no name and goes with its last descriptor, open for reading and writing, in that
/// directory. Throws Error naming what could not be read or written.
UniqueFd
copy_without_name(const std::filesystem::path& path, const std::filesystem::path& directory);

/// Waits until the file or directory is on the disk; see fsync(2). Throws Error naming it.
void sync_file(const std::filesystem::path& path);

/// What the file takes there, which is less than its size where it has holes; 0 where there is
/// none.
std::uint64_t bytes_on_disk(const std::filesystem::path& path);

/// A name of something on a disk; of a symlink, the link itself.
struct DiskFile {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    /// How many names it has.
    std::uint64_t links = 0;
    std::uint64_t bytes = 0;
};

/// Nothing where there is none.
std::optional<DiskFile> disk_file(const std::filesystem::path& path);

/// Gives back what of the file is zeroes on the disk; its content and size stay. Where the file
/// system has no holes, nothing happens. Throws Error naming the file.
void dig_holes(const std::filesystem::path& path);

/// Whether the directory is on a tmpfs; see tmpfs(5).
bool is_in_memory(const std::filesystem::path& directory);

/// The program's path, looked up in a list of directories as $PATH has it; empty when there is
/// none.
std::filesystem::path find_program(const std::string& name, std::string_view search_path);

} // namespace bootproof
