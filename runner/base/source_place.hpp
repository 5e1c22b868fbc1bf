// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bootproof {

/// A place in a project's source.
struct SourcePlace {
    /// From the root of the project; empty where it is not known.
    std::string file;
    /// From 1; 0 where it is not known.
    unsigned line = 0;

    bool operator==(const SourcePlace&) const = default;
};

/// FILE or FILE:LINE. Nothing where the file is not below the root, or has control characters in
/// its name.
std::optional<SourcePlace> parse_place(std::string_view text);

/// The same, the other way round; empty where the file is not known.
std::string to_string(const SourcePlace& place);

} // namespace bootproof
