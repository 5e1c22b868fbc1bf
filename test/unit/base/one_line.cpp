// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/printable.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::string_view_literals;

TEST_CASE("newlines and tabs become blanks, other control characters question marks") {
    CHECK(one_line("a\nb\tc") == "a b c");
    CHECK(one_line("\x1b[31mred\x07\r\x7f\0."sv) == "?[31mred????.");
    CHECK(
        one_line("a\xc2\x9b"
                 "31mb\xff")
        == "a?31mb\xef\xbf\xbd");
    CHECK(one_line("") == "");
}

TEST_CASE("what is longer than the limit is cut with an ellipsis") {
    CHECK(one_line("12345", 5) == "12345");
    CHECK(one_line("123456", 5) == "12345…");
    CHECK(one_line(std::string(201, 'x')) == std::string(200, 'x') + "…");
}

TEST_CASE("a UTF-8 sequence is kept whole or left out") {
    CHECK(one_line("aé", 3) == "aé");
    CHECK(one_line("aéb", 2) == "a…");
    CHECK(one_line("a€b", 3) == "a…");
    CHECK(one_line("\x80\x80\x80", 4) == "\xef\xbf\xbd…");
    CHECK(one_line(std::string(100000, '\x07'), 5) == "?????…");
}
