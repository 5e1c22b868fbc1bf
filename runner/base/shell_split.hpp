// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The words that sh(1) would make of a line, were nothing in it expanded: blanks separate, and
/// quotes and backslashes keep together. Throws Error for a quote that is not closed.
std::vector<std::string> shell_split(std::string_view line);

} // namespace bootproof
