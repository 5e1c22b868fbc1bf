// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/parsing.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <regex>

using namespace bootproof;

namespace {

const std::string valid = R"(name: TEST-01-BASIC
image: image.json
firmware: uefi
timeout: 60
memory: 1G
cmdline: [a=b, "c\n d"]
credentials:
  - {name: a, value: &b ''}
  - {name: c, file: file}
configuration: {command: *b, environment: {A: '1', B: "2\t"}, unit: {X-Y: z}}
coredump-exclude-regex: '(a|b)$'
)";

constexpr std::array<std::string_view, 26> fragments{
    "\n", "\n  ", "\t",  "\0",  "'",    "\"", "\\",    ": ",    "- ", "? ", "[",    "]",    "{",
    "}",  ", ",   "&b ", "*b ", "!!x ", "| ", "---\n", "...\n", "# ", "~",  "<<: ", "\xff", "é",
};

std::string mutated(std::string text, std::mt19937& random) {
    const auto below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    for (auto count = below(4) + 1; count > 0; --count) {
        const auto at = below(text.size());
        switch (below(4)) {
        case 0:
            text.erase(at, below(10) + 1);
            break;
        case 1:
            text.insert(at, fragments[below(fragments.size())]);
            break;
        case 2:
            text[at] = static_cast<char>(below(256));
            break;
        default:
            text.insert(at, text.substr(below(text.size()), below(40)));
        }
        if (text.empty())
            text = "\n";
    }
    return text;
}

} // namespace

TEST_CASE("any text is a descriptor, or a fault of one line with its place") {
    // The seed is fixed, so that a failure comes again.
    std::mt19937 random(1); // NOLINT(cert-msc51-cpp)
    const std::regex placed("a\\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\\n]+");
    unsigned accepted = 0;
    unsigned refused = 0;
    for (unsigned round = 0; round < 4000; ++round) {
        const auto text = mutated(valid, random);
        const auto fault = whole_fault(text);
        ++(fault.empty() ? accepted : refused);
        if (!fault.empty() && !std::regex_match(fault, placed)) {
            CAPTURE(text);
            FAIL_CHECK(fault);
        }
    }
    CHECK(accepted > 100);
    CHECK(refused > 1000);
}
