// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/skip.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

std::string reason(const TestDescriptor& descriptor, const RunOptions& options) {
    const auto skip = decide_skip(descriptor, options);
    if (!skip)
        return "none";
    CHECK_FALSE(skip->text.empty());
    return skip->reason;
}

} // namespace

TEST_CASE("a test that nothing speaks against is run") {
    CHECK(reason({.name = "a"}, {}) == "none");
}

TEST_CASE("the environment switches all tests off, or on whatever the build says") {
    RunOptions options{.skip = "the build"};
    CHECK(reason({.name = "a"}, options) == "switched-off");
    options.integration_tests = true;
    CHECK(reason({.name = "a"}, options) == "none");
    options.integration_tests = false;
    CHECK(reason({.name = "a"}, options) == "integration-tests-off");
    CHECK(reason({.name = "a"}, {.integration_tests = false}) == "integration-tests-off");
}

TEST_CASE("a slow test needs to be asked for") {
    CHECK(reason({.name = "a", .slow = true}, {}) == "slow");
    CHECK(reason({.name = "a", .slow = true}, {.slow_tests = true}) == "none");
    CHECK(reason({.name = "a", .slow = true}, {.integration_tests = true}) == "slow");
}

TEST_CASE("a disabled test is skipped even when tests are switched on") {
    CHECK(
        reason({.name = "a", .enabled = false}, {.integration_tests = true, .slow_tests = true})
        == "disabled");
}

TEST_CASE("a test of confidential guests is skipped") {
    CHECK(reason({.name = "a", .confidential = true}, {}) == "no-confidential-guests");
    CHECK(reason({.name = "a", .enabled = false, .confidential = true}, {}) == "disabled");
}

TEST_CASE("a word of TEST_SKIP skips each test with the word in its name") {
    const RunOptions options{.skip_words = {"JOURNAL", "BASIC"}};
    CHECK(
        decide_skip({.name = "TEST-01-BASIC"}, options)
        == Skip{"test-skip", "TEST_SKIP has 'BASIC'"});
    CHECK(reason({.name = "TEST-02"}, options) == "none");
}
