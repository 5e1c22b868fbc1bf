// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/checks.hpp"

#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace bootproof {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool has_finding(const Verdict& verdict, std::string_view part) {
    return std::ranges::any_of(
        verdict.findings, [&](const auto& finding) { return contains(finding, part); });
}

void check(const Verdict& verdict, Outcome outcome, std::string_view reason) {
    CHECK(to_string(verdict.outcome) == to_string(outcome));
    CHECK(verdict.reason == reason);
    CHECK(!verdict.text.empty());
    CHECK(!contains(verdict.text, "\n"));
}

Verdict judged(const Observation& observation) {
    return judge(sample_descriptor(), observation);
}

} // namespace bootproof
