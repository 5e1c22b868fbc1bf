// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/shell_quote.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

TEST_CASE("a word that the shell takes as it is stays bare") {
    CHECK(shell_quote("type=11,path=/run/x.y:z_%+@-") == "type=11,path=/run/x.y:z_%+@-");
}

TEST_CASE("everything the shell could interpret is quoted") {
    for (const char c : std::string_view(" \t\n\"$`\\*?[]{}()<>|&;!#~^"))
        CHECK(shell_quote(std::string{'a', c, 'b'}) == std::string("'a") + c + "b'");
    CHECK(shell_quote("é") == "'é'");
}

TEST_CASE("an empty word and a single quote survive") {
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("it's") == "'it'\\''s'");
}

TEST_CASE("a command line has its words quoted one by one") {
    CHECK(
        shell_quote(std::vector<std::string>{"qemu", "-name", "a b", ""}) == "qemu -name 'a b' ''");
    CHECK(shell_quote(std::vector<std::string>{}).empty());
}
