// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace bootproof {

namespace {

/// Two letters that have changed places are one edit, as a letter too many is: the optimal string
/// alignment of Damerau's and Levenshtein's distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::vector<std::size_t> row{i + 1};
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substituted = above[j] + (a[i] == b[j] ? 0 : 1);
            row.push_back(std::min({row[j] + 1, above[j + 1] + 1, substituted}));
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
                row.back() = std::min(row.back(), before[j - 1] + 1);
        }
        before = std::exchange(above, std::move(row));
    }
    return above.back();
}

} // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (const auto candidate = nearest(word, candidates); !candidate.empty())
        return fmt::format("Did you mean '{}'?", candidate);
    return candidates.empty() ? std::string()
                              : fmt::format("Known are: {}", fmt::join(candidates, ", "));
}

} // namespace bootproof
