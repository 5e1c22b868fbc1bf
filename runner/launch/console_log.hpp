// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace bootproof {

/// Writes the console of the machine into its file, up to a limit: a guest must not fill the host's
/// disk.
class ConsoleLog {
public:
    /// The descriptor stays the caller's.
    ConsoleLog(int fd, std::filesystem::path path, std::uint64_t limit);

    void append(std::string_view bytes);

private:
    int fd_;
    std::filesystem::path path_;
    std::uint64_t limit_;
    std::uint64_t written_ = 0;
};

/// The last lines of a console that are not empty at the end.
std::string console_tail(std::string_view text, std::size_t lines);

/// The line with which the kernel announces a panic; empty when there is none.
std::string find_panic(std::string_view console);

} // namespace bootproof
