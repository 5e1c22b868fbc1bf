// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"

#include <doctest/doctest.h>

#include <cerrno>

using namespace bootproof;

TEST_CASE("an error keeps the advice apart from the message") {
    const Error error("Failed", "Try again");
    CHECK(error.what() == std::string("Failed"));
    CHECK(error.hint() == "Try again");
    CHECK(Error("Failed").hint().empty());
}

TEST_CASE("an error of the system has its cause last") {
    const auto error = system_error(ENOENT, "Failed to open '/x'", "Make it");
    CHECK(error.what() == std::string("Failed to open '/x': No such file or directory"));
    CHECK(error.hint() == "Make it");
}
