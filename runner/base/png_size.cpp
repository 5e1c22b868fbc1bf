// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/png_size.hpp"

namespace bootproof {

namespace {

using namespace std::string_view_literals;

/// The signature, and the length and name of the chunk that comes first.
constexpr auto beginning = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv;

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes)
        value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

} // namespace

std::optional<PngSize> png_size(std::string_view file) {
    constexpr std::size_t bytes = sizeof(std::uint32_t);
    if (!file.starts_with(beginning) || file.size() < beginning.size() + 2 * bytes)
        return std::nullopt;
    return PngSize{
        .width = big_endian(file.substr(beginning.size(), bytes)),
        .height = big_endian(file.substr(beginning.size() + bytes, bytes))};
}

} // namespace bootproof
