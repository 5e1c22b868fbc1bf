// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/shell_split.hpp"

#include "base/error.hpp"

#include <optional>
#include <utility>

namespace bootproof {

std::vector<std::string> shell_split(std::string_view line) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    char quote = '\0';
    const auto append = [&](char c) { word = word.value_or("") + c; };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool is_quote = quote == '\0' ? c == '\'' || c == '"' : c == quote;
        const bool is_blank = quote == '\0' && (c == ' ' || c == '\t' || c == '\n');
        if (quote != '\'' && c == '\\' && i + 1 < line.size()) {
            // Between double quotes a backslash stands for itself before most characters.
            if (quote == '"' && line[i + 1] != '"' && line[i + 1] != '\\')
                append(c);
            append(line[++i]);
        } else if (is_quote) {
            quote = quote == '\0' ? c : '\0';
            word = word.value_or("");
        } else if (!is_blank) {
            append(c);
        } else if (word) {
            words.push_back(*std::exchange(word, std::nullopt));
        }
    }
    if (quote != '\0')
        throw Error("A quote is not closed in: " + std::string(line));
    if (word)
        words.push_back(*std::move(word));
    return words;
}

} // namespace bootproof
