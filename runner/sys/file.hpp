// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

namespace bootproof {

/// The whole file, or at most 'limit' bytes of it. Throws Error naming the file.
std::string read_file(const std::filesystem::path& path, std::size_t limit = std::numeric_limits<std::size_t>::max());

/// The last 'limit' bytes; empty when there is no such file.
std::string read_file_tail(const std::filesystem::path& path, std::size_t limit);

/// Opens a new or emptied file for writing, with exactly this mode. Throws Error naming the file.
UniqueFd create_file(const std::filesystem::path& path, unsigned mode);

/// Writes all of it; throws Error naming the file ('path' is for the message).
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode);

/// Writes beside the file and renames: a reader sees the old content or the new, and nothing in between.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// The program's path, looked up in a list of directories as $PATH has it; empty when there is none.
std::filesystem::path find_program(const std::string& name, std::string_view search_path);

} // namespace bootproof
