// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/source_place.hpp"
#include "report/junit.hpp"

#include <pugixml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

// The parts of a JUnit document that are about one case.

/// What is not printable on one line is left out.
void set_attribute(pugi::xml_node node, const char* attribute, std::string_view value);
/// In seconds, with three decimals and never an exponent.
void set_time(pugi::xml_node node, Microseconds time);
/// None where the value is empty.
void add_property(pugi::xml_node properties, const char* name, std::string_view value);

struct CaseHead {
    std::string_view name;
    std::string_view class_name;
    Microseconds time{};
    SourcePlace place;
};

/// <testcase>, with its place in the rich flavour.
pugi::xml_node add_case(pugi::xml_node suite, const CaseHead& head, const JunitStyle& style);

/// <properties> of the case in the rich flavour, before anything else is added to it.
void add_case_properties(
    pugi::xml_node test_case, const RunRecord& record, const JunitStyle& style);

/// <failure>, <error> or <skipped>, and nothing for a pass: never two of them.
void add_verdict(pugi::xml_node test_case, const Verdict& verdict, const std::string& evidence);

/// Runs of one test, of which the last is the last.
using Attempts = std::vector<const RunRecord*>;

/// Whether the test's own case is the one that has the verdict, and not that of the boot.
bool was_reached(const RunRecord& record);

/// <system-out> of the last run: findings, the end of the console, and attachments; then the
/// journals of those before it that were broken.
void add_output(pugi::xml_node test_case, const Attempts& attempts, const JunitStyle& style);

/// The text of a failure.
std::string evidence_text(const RunRecord& record);

/// A case of its own.
void add_subtest(
    pugi::xml_node suite,
    const SubtestRecord& subtest,
    std::string_view class_name,
    const Verdict& verdict,
    const JunitStyle& style);

} // namespace bootproof
