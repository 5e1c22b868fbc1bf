// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bootproof {

struct PngSize {
    std::uint32_t width = 0;
    std::uint32_t height = 0;

    bool operator==(const PngSize&) const = default;
};

/// In pixels, of a file that begins as PNG does (RFC 2083, 3.1 and 4.1.1); nothing for any other.
std::optional<PngSize> png_size(std::string_view file);

} // namespace bootproof
