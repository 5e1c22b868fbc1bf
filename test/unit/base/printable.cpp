// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/printable.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bootproof;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_CASE("ordinary text stays as it is") {
    const auto text = "Zeile 1\n\tЖ 漢 😀 \xef\xbf\xbd\n"s;
    CHECK(printable(text) == text);
    CHECK(printable("").empty());
}

TEST_CASE("escape sequences are left out whole") {
    CHECK(printable("\x1b[1;31mred\x1b[0m") == "red");
    CHECK(printable("\x1b]0;title\x07next") == "next");
    CHECK(printable("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\") == "link");
    CHECK(
        printable("\x1b(B\x1b=\x1b"
                  "cx")
        == "x");
    CHECK(printable("\x1b[?25l\x1b[2Jx") == "x");
    CHECK(printable("\x1bP+q544e\x1b\\x") == "x");
}

TEST_CASE("an escape sequence that is cut off takes no more than itself") {
    CHECK(printable("a\x1b") == "a");
    CHECK(printable("a\x1b[") == "a");
    CHECK(printable("a\x1b[12;") == "a");
    CHECK(printable("a\x1b]0;title\nnext") == "a0;title\nnext");
    CHECK(printable("a\x1b[1\nb") == "a\nb");
}

TEST_CASE("control characters are left out, C1 ones in UTF-8 included") {
    CHECK(
        printable("a\0b\rc\x7f\x08"
                  "d"s)
        == "abcd");
    CHECK(
        printable("a\xc2\x9b"
                  "31mb")
        == "a31mb");
    CHECK(
        printable("a\xc2\xa0"
                  "b")
        == "a\xc2\xa0"
           "b");
}

TEST_CASE("characters that reorder or break text are left out") {
    CHECK(printable("a\u202eb\u2066c\u2028d\u200fe") == "abcde");
}

TEST_CASE("code points that XML forbids are left out") {
    CHECK(
        printable("a\xef\xbf\xbe"
                  "b\xef\xbf\xbf"
                  "c")
        == "abc");
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD") {
    CHECK(
        printable("a\xff"
                  "b")
        == "a\ufffdb");
    CHECK(printable("\xc0\x80") == "\ufffd\ufffd");
    CHECK(printable("\xe0\x80\x80") == "\ufffd\ufffd\ufffd");
    CHECK(printable("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
    CHECK(printable("\xf4\x90\x80\x80") == "\ufffd\ufffd\ufffd\ufffd");
    CHECK(printable("\xe2\x82") == "\ufffd\ufffd");
    CHECK(printable("\xe2\x82\x1b[1mx") == "\ufffd\ufffdx");
}

TEST_CASE("a line has no newlines and no tabs") {
    CHECK(printable_line("a\nb\tc") == "a b c");
}

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

TEST_CASE("text within the limit is not cut") {
    const std::string text(1000, 'x');
    CHECK(cut_middle(text, 1000) == text);
}

TEST_CASE("long text keeps its beginning and its end, and says what is missing") {
    const auto text = "first" + std::string(100'000, 'x') + "last";
    const auto cut = cut_middle(text, 1000);
    CHECK(cut.size() <= 1000);
    CHECK(cut.starts_with("first"));
    CHECK(cut.ends_with("last"));
    CHECK(cut.find("bytes left out") != std::string::npos);
}

TEST_CASE("a cut never falls within a character") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "😀";
    for (std::size_t limit = 100; limit < 110; ++limit) {
        const auto cut = cut_middle(text, limit);
        CHECK(cut.size() <= limit);
        CHECK(printable(cut) == cut);
        CHECK(cut.find("\ufffd") == std::string::npos);
    }
}

TEST_CASE("what a CI would obey in a log is broken by a blank, and nothing else changes") {
    CHECK(without_ci_commands("a ##[error]b ##vso[x y]") == "a # #[error]b # #vso[x y]");
    CHECK(without_ci_commands("##teamcity[a] ###[b]") == "# #teamcity[a] ## #[b]");
    CHECK(without_ci_commands("[[ATTACHMENT|/a]]") == "[ [ATTACHMENT|/a]]");
    CHECK(
        without_ci_commands("::error::a\n \t\u00a0::add-mask::b\n")
        == ": :error::a\n \t\u00a0: :add-mask::b\n");
    for (const auto* text :
         {"a ::error::b", "::1 localhost", "::", "std::string", "## Title", "#[a] [b]", ""})
        CHECK(without_ci_commands(text) == text);
}
