// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <ostream>
#include <string>

namespace bootproof {

/// What a text is compared with to ask for a part of it. doctest's own takes no std::string.
struct Contains {
    explicit Contains(std::string wanted)
        : part(std::move(wanted)) {}

    std::string part;
};

inline bool operator==(const std::string& text, const Contains& wanted) {
    return text.find(wanted.part) != std::string::npos;
}

/// A check that fails says what was looked for.
inline std::ostream& operator<<(std::ostream& stream, const Contains& wanted) {
    return stream << "a text with '" << wanted.part << '\'';
}

} // namespace bootproof
