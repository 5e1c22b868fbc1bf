// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/png_size.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bootproof;
using namespace std::string_literals;

TEST_CASE("the size of a picture is at its beginning") {
    const auto head = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s;
    CHECK(png_size(head + "\0\0\5\0\0\0\3\x20\x08"s) == PngSize{.width = 1280, .height = 800});
    CHECK_FALSE(png_size(head + "\0\0\5\0\0\0\3"s));
    CHECK_FALSE(png_size("GIF89a, and more than thirty bytes of it"));
    CHECK_FALSE(png_size(""));
}
