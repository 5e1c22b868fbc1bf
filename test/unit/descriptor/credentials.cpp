// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contains.hpp"
#include "descriptor/parsing.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::string_literals;

namespace {

std::string credential(const std::string& fields) {
    return "credentials:\n  - {" + fields + "}\n";
}

} // namespace

TEST_CASE("a credential is given inline, empty or from a file") {
    const auto test = parse(
        "credentials:\n  - {name: inline, value: \" a'\\n\\\\\"}\n  - {name: empty, value: ''}\n"
        "  - {name: file~30-x, file: file}\n");
    CHECK(
        test.credentials
        == std::vector<Credential>{
            {.name = "inline", .value = " a'\n\\"},
            {.name = "empty", .value = ""},
            {.name = "file~30-x", .value = "content\0"s}});
}

TEST_CASE("a credential that cannot be read is refused where it is declared") {
    CHECK(
        parse_fault(credential("name: a, file: nowhere"))
        == "a.yaml:4:21: Failed to open 'nowhere': No such file or directory (Make it)");
}

TEST_CASE("a credential has either a value or a file") {
    CHECK(
        parse_fault(credential("name: a"))
        == "a.yaml:4:5: Credential 'a' needs either a value or a file");
    CHECK(
        parse_fault(credential("name: a, value: b, file: file"))
        == Contains("either a value or a file"));
    CHECK(parse_fault(credential("value: b")) == "a.yaml:4:5: Key 'name' is missing");
    CHECK(parse_fault("credentials: [a]") == "a.yaml:3:15: Expected a mapping of keys to values");
}

TEST_CASE("a credential that is given twice is refused") {
    CHECK(
        parse_fault("credentials:\n  - {name: a, value: b}\n  - {name: a, value: b}\n")
        == "a.yaml:5:5: Credential 'a' is given twice");
}

TEST_CASE("an inline credential with a NUL byte is refused") {
    CHECK(
        parse_fault(credential(R"(name: a, value: "b\0")"))
        == "a.yaml:4:5: The value of credential 'a' has a NUL byte in it (Put binary values into a "
           "file)");
}

TEST_CASE("a credential may have a MiB and not a byte more") {
    const std::string largest(credential_size_limit, 'x');
    CHECK(parse(credential("name: a, value: " + largest)).credentials.front().value == largest);
    CHECK(
        parse_fault(credential("name: a, value: " + largest + "x"))
        == "a.yaml:4:5: Credential 'a' has 1048577 bytes, but systemd takes at most 1048576");
}

TEST_CASE("a name that systemd does not take for a credential is refused") {
    for (const auto* name :
         {"''", "a/b", ".", "..", "'a:b'", "'a=b'", "\"a\\nb\"", "\"a\\0b\"", "\"a\\e\"", "é"})
        CHECK(
            parse_fault(credential(std::string("value: b, name: ") + name))
            == Contains("cannot be the name of a credential"));
    CHECK(
        parse_fault(credential("value: b, name: " + std::string(256, 'a')))
        == Contains("a.yaml:4:"));
    CHECK(parse_fault(credential("value: b, name: " + std::string(255, 'a'))).empty());
    CHECK(parse_fault(credential("value: b, name: 'a, b~c@d\\x2d\"'")).empty());
}
