// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The word as sh(1) reads it back; left bare where it needs no quotes.
std::string shell_quote(std::string_view word);

/// A command line that can be pasted.
std::string shell_quote(const std::vector<std::string>& words);

} // namespace bootproof
