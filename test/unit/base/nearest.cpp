// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

TEST_CASE("a word with one letter missing, added or changed is recognised") {
    const std::vector<std::string_view> candidates{"timeout", "memory", "cmdline"};
    CHECK(nearest("timeot", candidates) == "timeout");
    CHECK(nearest("timeoutt", candidates) == "timeout");
    CHECK(nearest("tineout", candidates) == "timeout");
    CHECK(nearest("emory", candidates) == "memory");
    CHECK(nearest("memroy", candidates) == "memory");
    CHECK(nearest("valeu", {"name", "value"}) == "value");
}

TEST_CASE("a short word may have one edit of any kind") {
    CHECK(nearest("rtcs", {"rtc"}) == "rtc");
    CHECK(nearest("cpu", {"cpus"}) == "cpus");
    CHECK(nearest("rtx", {"rtc"}) == "rtc");
    CHECK(nearest("rct", {"rtc"}) == "rtc");
    CHECK(nearest("rxx", {"rtc"}).empty());
}

TEST_CASE("of two candidates the nearer one is meant") {
    CHECK(nearest("linux-noinitr", {"linux", "linux-noinitrd"}) == "linux-noinitrd");
    CHECK(nearest("linu", {"linux-noinitrd", "linux"}) == "linux");
    CHECK(nearest("uefo", {"auto", "uefi"}) == "uefi");
}

TEST_CASE("nothing is meant by a word that is far from all") {
    CHECK(nearest("banana", {"timeout", "memory"}).empty());
    CHECK(nearest("", {"timeout"}).empty());
    CHECK(nearest("xy", {"ab"}).empty());
    CHECK(nearest("x", {}).empty());
}

TEST_CASE("a suggestion names the nearest word, or else all there are") {
    CHECK(did_you_mean("uefo", {"auto", "uefi"}) == "Did you mean 'uefi'?");
    CHECK(did_you_mean("banana", {"auto", "uefi"}) == "Known are: auto, uefi");
    CHECK(did_you_mean("banana", {}).empty());
}
