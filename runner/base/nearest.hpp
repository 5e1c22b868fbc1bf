// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The candidate that is most like the word, by edit distance; empty when none is near enough to be
/// meant.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// "Did you mean 'X'?" for nearest(), otherwise "Known are: A, B, C".
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

} // namespace bootproof
