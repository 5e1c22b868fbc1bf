// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/one_line.hpp"

namespace bootproof {

std::string one_line(std::string_view text, std::size_t limit) {
    std::string line;
    for (const char c : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        line += byte == '\t' || byte == '\n' ? ' ' : byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    if (text.size() <= limit)
        return line;
    // Not in the middle of a UTF-8 sequence.
    while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80)
        line.pop_back();
    if (!line.empty() && (static_cast<unsigned char>(line.back()) & 0x80) != 0)
        line.pop_back();
    return line + "…";
}

} // namespace bootproof
