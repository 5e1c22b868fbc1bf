// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/shell_split.hpp"

#include "base/fault.hpp"
#include "base/shell_quote.hpp"
#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

using Words = std::vector<std::string>;

TEST_CASE("a line is split at blanks, tabs and newlines") {
    CHECK(shell_split("").empty());
    CHECK(shell_split(" \t\n").empty());
    CHECK(shell_split(" a  b\tc\n d ") == Words{"a", "b", "c", "d"});
}

TEST_CASE("quotes and backslashes keep a word together") {
    CHECK(shell_split(R"('a b' "c d" e\ f g"h"'i')") == Words{"a b", "c d", "e f", "ghi"});
    CHECK(shell_split(R"("a\"b\\c\d" 'a\b')") == Words{R"(a"b\c\d)", R"(a\b)"});
    CHECK(shell_split("'' \"\"") == Words{"", ""});
    CHECK(shell_split("a\\") == Words{"a\\"});
}

TEST_CASE("what is quoted for a shell is split again") {
    const Words words{"", "a b", "it's", "\"", "\\", "$x `y` *", "\n"};
    CHECK(shell_split(shell_quote(words)) == words);
}

TEST_CASE("a quote that is not closed is an error that shows the line") {
    CHECK(fault_of([] { static_cast<void>(shell_split("a 'b")); }) == Contains("a 'b"));
    CHECK(fault_of([] { static_cast<void>(shell_split("a \"b'")); }) == Contains("not closed"));
}
