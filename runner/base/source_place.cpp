// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/source_place.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

namespace bootproof {

namespace {

constexpr std::size_t longest_file = 1024;

bool is_below(const std::filesystem::path& file) {
    const auto normal = file.lexically_normal();
    return file.is_relative() && !normal.empty() && *normal.begin() != "..";
}

} // namespace

std::optional<SourcePlace> parse_place(std::string_view text) {
    SourcePlace place{.file = std::string(text)};
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
        const auto* const end = text.data() + text.size();
        unsigned line = 0;
        const auto [stopped, code] = std::from_chars(text.data() + colon + 1, end, line);
        if (code == std::errc() && stopped == end && line > 0)
            place = {.file = std::string(text.substr(0, colon)), .line = line};
    }
    if (place.file.size() > longest_file || place.file != printable_line(place.file)
        || !is_below(place.file))
        return std::nullopt;
    return place;
}

std::string to_string(const SourcePlace& place) {
    return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
}

} // namespace bootproof
