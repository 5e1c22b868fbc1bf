// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bootproof;
using namespace std::string_view_literals;

TEST_CASE("base64 encodes the vectors of RFC 4648") {
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 takes bytes and not characters") {
    CHECK(base64("\0"sv) == "AA==");
    CHECK(base64("\xff\xfe\xfd"sv) == "//79");
    CHECK(base64("\xfb\xef\xbe"sv) == "++++");
}

TEST_CASE("base64 of a long value is one line") {
    const auto text = base64(std::string(100'000, '\n'));
    CHECK(text.size() == 133'336);
    CHECK(text.find('\n') == std::string::npos);
}
