// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace bootproof {

bool consists_of(std::string_view text, std::string_view extra) {
    constexpr std::string_view letters_and_digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    return std::ranges::all_of(text, [&](char c) {
        return letters_and_digits.find(c) != std::string_view::npos
               || extra.find(c) != std::string_view::npos;
    });
}

std::uint64_t parse_size(const YamlSection& section, std::string_view key) {
    const auto value = section.text(key).value_or("");
    if (value.empty())
        return 0;
    std::smatch match;
    if (!std::regex_match(value, match, std::regex("([1-9][0-9]{0,8})([KMGT])")))
        throw section.error(
            section.get(key),
            fmt::format("'{}' is '{}', which is not a size", key, value),
            "Write 16M or 11G");
    const auto shift = 10 * (std::string_view("KMGT").find(match[2].str()) + 1);
    const auto bytes = std::stoull(match[1]) << shift;
    if (bytes > std::uint64_t{1} << 44)
        throw section.error(section.get(key), fmt::format("'{}' is more than 16T", key));
    return bytes;
}

void refuse_nul(const YamlSection& section, std::string_view key, const std::string& value) {
    if (value.find('\0') != std::string::npos)
        throw section.error(section.get(key), fmt::format("'{}' has a NUL byte in it", key));
}

std::vector<std::string> parse_words(const YamlSection& section, std::string_view key) {
    auto words = section.texts(key);
    for (const auto& word : words)
        refuse_nul(section, key, word);
    return words;
}

} // namespace bootproof
