// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bootproof {

/// Text from a guest as one line that is safe to print: control characters (terminal escapes among
/// them) become '?', and what is longer than 'limit' bytes is cut with "…".
std::string one_line(std::string_view text, std::size_t limit = 200);

} // namespace bootproof
