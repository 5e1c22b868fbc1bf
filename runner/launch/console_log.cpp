// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/console_log.hpp"

#include "base/printable.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <utility>

namespace bootproof {

ConsoleLog::ConsoleLog(int fd, std::filesystem::path path, std::uint64_t limit)
    : fd_(fd)
    , path_(std::move(path))
    , limit_(limit) {}

void ConsoleLog::append(std::string_view bytes) {
    constexpr std::string_view notice =
        "\n[bootproof: the console is longer than this log may be]\n";
    if (written_ >= limit_)
        return;
    write_all(fd_, bytes, path_);
    written_ += bytes.size();
    if (written_ >= limit_)
        write_all(fd_, notice, path_);
}

std::string console_tail(std::string_view text, std::size_t lines) {
    auto begin = text.size();
    while (begin > 0 && text[begin - 1] == '\n')
        --begin;
    const auto end = begin;
    for (std::size_t seen = 0; begin > 0; --begin)
        if (text[begin - 1] == '\n' && ++seen == lines)
            break;
    return std::string(text.substr(begin, end - begin));
}

std::string find_panic(std::string_view console) {
    const auto found = console.find("Kernel panic - not syncing");
    if (found == std::string_view::npos)
        return {};
    const auto end = std::min(console.find('\n', found), console.size());
    auto line = console.substr(found, end - found);
    while (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    return one_line(line);
}

} // namespace bootproof
