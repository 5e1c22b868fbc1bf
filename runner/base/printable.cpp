// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <optional>

namespace bootproof {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

unsigned char byte_at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xc0U) == 0x80;
}

struct Character {
    char32_t code = 0;
    std::size_t length = 1;
};

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// Nothing where no valid UTF-8 sequence begins (RFC 3629: no overlong forms, no surrogates).
std::optional<Character> decode(std::string_view text) {
    const auto lead = byte_at(text, 0);
    const auto length = sequence_length(lead);
    if (length == 0 || length > text.size())
        return std::nullopt;
    if (length == 1)
        return Character{.code = lead};
    char32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(byte_at(text, i)))
            return std::nullopt;
        code = code << 6U | (byte_at(text, i) & 0x3fU);
    }
    const bool is_overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    if (is_overlong || is_surrogate || code > 0x10ffff)
        return std::nullopt;
    return Character{.code = code, .length = length};
}

bool is_text(char32_t code) {
    const bool is_control =
        (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7f && code < 0xa0);
    // Line and paragraph separators, and what makes text read in another order than it is written.
    const bool reorders = (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
                          || code == 0x200e || code == 0x200f || code == 0x061c;
    // XML 1.0, production 2.
    const bool is_noncharacter = code == 0xfffe || code == 0xffff;
    return !is_control && !reorders && !is_noncharacter;
}

/// The end of a control string (ECMA-48 8.3.143) that begins at 'i': BEL or ESC \. One that never
/// ends is not taken for a control string, or it would swallow the rest of the text; nor does it
/// reach beyond its line.
std::size_t end_of_control_string(std::string_view text, std::size_t i) {
    for (auto end = i; end < text.size() && text[end] != '\n'; ++end) {
        if (text[end] == '\a')
            return end + 1;
        if (text[end] == '\x1b' && end + 1 < text.size() && text[end + 1] == '\\')
            return end + 2;
    }
    return i;
}

/// The position after the escape sequence whose ESC is at 'i'.
std::size_t end_of_escape(std::string_view text, std::size_t i) {
    ++i;
    if (i == text.size())
        return i;
    const auto in = [&](char first, char last) {
        return i < text.size() && text[i] >= first && text[i] <= last;
    };
    if (text[i] == '[') {
        ++i;
        while (in(0x20, 0x3f))
            ++i;
        return in(0x40, 0x7e) ? i + 1 : i;
    }
    if (std::string_view("]PX^_").find(text[i]) != std::string_view::npos)
        return end_of_control_string(text, i + 1);
    while (in(0x20, 0x2f))
        ++i;
    return in(0x30, 0x7e) ? i + 1 : i;
}

void break_each(std::string& text, std::string_view command) {
    for (auto at = text.find(command); at != std::string::npos; at = text.find(command, at))
        text.insert(at + 1, 1, ' ');
}

/// GitHub takes "::error::" at the beginning of a line only, where it skips the blanks of all
/// alphabets: no byte beyond ASCII counts here.
void break_at_line_starts(std::string& text) {
    const auto is_skipped = [](char c) { return c == ' ' || c == '\t' || (c & 0x80) != 0; };
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    bool at_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // An address of IPv6 may begin so as well.
        if (at_start && text.compare(i, 2, "::") == 0 && i + 2 < text.size()
            && is_letter(text[i + 2]))
            text.insert(i + 1, 1, ' ');
        at_start = text[i] == '\n' || (at_start && is_skipped(text[i]));
    }
}

std::size_t start_of_character(std::string_view text, std::size_t i) {
    while (i > 0 && i < text.size() && is_continuation(byte_at(text, i)))
        --i;
    return i;
}

} // namespace

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '\x1b') {
            i = end_of_escape(text, i);
            continue;
        }
        const auto character = decode(text.substr(i));
        if (!character)
            result += replacement;
        else if (is_text(character->code))
            result += text.substr(i, character->length);
        i += character ? character->length : 1;
    }
    return result;
}

std::string printable_line(std::string_view text) {
    auto line = printable(text);
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return line;
}

std::string without_ci_commands(std::string text) {
    for (const std::string_view command : {"##[", "##vso[", "##teamcity[", "[[ATTACHMENT"})
        break_each(text, command);
    break_at_line_starts(text);
    return text;
}

std::string one_line(std::string_view text, std::size_t limit) {
    std::string line;
    for (std::size_t i = 0; i < text.size();) {
        const auto character = decode(text.substr(i));
        const auto length = character ? character->length : 1;
        const auto shown = !character                           ? replacement
                           : text[i] == '\n' || text[i] == '\t' ? " "
                           : is_text(character->code)           ? text.substr(i, length)
                                                                : "?";
        if (line.size() + shown.size() > limit)
            return line + "…";
        line += shown;
        i += length;
    }
    return line;
}

std::string cut_middle(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return std::string(text);
    constexpr std::size_t room_for_note = 64;
    assert(limit > room_for_note);
    const auto half = (limit - room_for_note) / 2;
    const auto head = start_of_character(text, half);
    auto tail = text.size() - half;
    while (tail < text.size() && is_continuation(byte_at(text, tail)))
        ++tail;
    return fmt::format(
        "{}\n[… {} bytes left out …]\n{}", text.substr(0, head), tail - head, text.substr(tail));
}

} // namespace bootproof
