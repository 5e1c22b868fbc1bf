// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/junit_case.hpp"

#include "base/printable.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace bootproof {

namespace {

/// Of what a case holds, half for the failure's text, half for the output; together 64 KiB.
constexpr std::size_t most_text = std::size_t{32} * 1024;

/// GitLab takes a path from the root of the project only; Jenkins takes an absolute one as well.
std::string attached_name(const std::filesystem::path& path, const JunitStyle& style) {
    if (style.flavor == JunitFlavor::strict || style.root.empty())
        return path.string();
    const auto below = path.lexically_relative(style.root);
    return below.empty() || *below.begin() == ".." ? path.string() : below.string();
}

void add_attachment(
    std::string& output, const std::filesystem::path& path, const JunitStyle& style) {
    const auto name = attached_name(path, style);
    // Jenkins reads the tag by line and to the first bracket, GitLab allows none of these in it;
    // what cannot be said in it is better left out.
    if (!name.empty() && name == printable_line(name)
        && name.find_first_of("[]|") == std::string::npos)
        output += fmt::format("[[ATTACHMENT|{}]]\n", name);
}

std::string output_of(const Attempts& attempts, const JunitStyle& style) {
    const auto& record = *attempts.back();
    std::string text;
    for (const auto& finding : record.verdict.findings)
        text += printable_line(finding) + "\n";
    if (record.verdict.outcome != Outcome::pass)
        text += printable(record.observation.console_tail);
    // A guest must not make a CI collect a file of the host.
    auto output = cut_middle(without_ci_commands(std::move(text)), most_text);
    if (!output.empty() && output.back() != '\n')
        output += '\n';
    // GitLab keeps the first only, and shows it: the screen, or else the journal, which says more
    // than the console once the machine is up.
    add_attachment(output, record.screenshot, style);
    const bool is_up = was_reached(record);
    for (const auto& path :
         {is_up ? record.journal : record.console, is_up ? record.console : record.journal})
        add_attachment(output, path, style);
    for (const auto* attempt : attempts)
        if (attempt != &record && is_broken(attempt->verdict.outcome))
            add_attachment(output, attempt->journal, style);
    return output;
}

void add_problem(
    pugi::xml_node test_case,
    const char* element,
    std::string_view type,
    std::string_view message) {
    auto problem = test_case.append_child(element);
    set_attribute(problem, "type", type);
    set_attribute(problem, "message", message);
}

/// In the test's own words, where it has any.
std::string told(const SubtestRecord& subtest, std::string_view otherwise) {
    return subtest.reason.empty() ? std::string(otherwise) : subtest.reason;
}

} // namespace

void set_attribute(pugi::xml_node node, const char* attribute, std::string_view value) {
    node.append_attribute(attribute) = printable_line(value).c_str();
}

void set_time(pugi::xml_node node, Microseconds time) {
    set_attribute(node, "time", fmt::format("{:.3f}", std::chrono::duration<double>(time).count()));
}

void add_property(pugi::xml_node properties, const char* name, std::string_view value) {
    if (value.empty())
        return;
    auto property = properties.append_child("property");
    set_attribute(property, "name", name);
    set_attribute(property, "value", value);
}

pugi::xml_node add_case(pugi::xml_node suite, const CaseHead& head, const JunitStyle& style) {
    auto test_case = suite.append_child("testcase");
    set_attribute(test_case, "name", head.name);
    set_attribute(test_case, "classname", head.class_name);
    set_time(test_case, head.time);
    if (style.flavor == JunitFlavor::strict || head.place.file.empty())
        return test_case;
    set_attribute(test_case, "file", head.place.file);
    if (head.place.line > 0)
        set_attribute(test_case, "line", std::to_string(head.place.line));
    return test_case;
}

void add_case_properties(
    pugi::xml_node test_case, const RunRecord& record, const JunitStyle& style) {
    if (style.flavor == JunitFlavor::strict)
        return;
    auto properties = test_case.append_child("properties");
    add_property(properties, "outcome", to_string(record.verdict.outcome));
    add_property(properties, "reason", record.verdict.reason);
    add_property(properties, "attempt", std::to_string(record.attempt));
    add_property(properties, "journal.command", record.journal_command);
    add_property(properties, "resume.command", record.resume_command);
    add_property(properties, "rerun.command", record.rerun_command);
}

void add_verdict(pugi::xml_node test_case, const Verdict& verdict, const std::string& evidence) {
    if (verdict.outcome == Outcome::pass)
        return;
    if (verdict.outcome == Outcome::skip) {
        set_attribute(
            test_case.append_child("skipped"), "message", verdict.reason + ": " + verdict.text);
        return;
    }
    const auto* const element = is_failure(verdict.outcome) ? "failure" : "error";
    add_problem(test_case, element, verdict.reason, verdict.text);
    if (!evidence.empty())
        test_case.child(element).text() = cut_middle(evidence, most_text).c_str();
}

bool was_reached(const RunRecord& record) {
    return !is_broken(record.verdict.outcome) || reached_unit(record.observation);
}

void add_output(pugi::xml_node test_case, const Attempts& attempts, const JunitStyle& style) {
    if (const auto output = output_of(attempts, style); !output.empty())
        test_case.append_child("system-out").text() = output.c_str();
}

std::string evidence_text(const RunRecord& record) {
    std::string text;
    for (const auto& line : evidence(record).lines)
        text += line + "\n";
    return without_ci_commands(std::move(text));
}

void add_subtest(
    pugi::xml_node suite,
    const SubtestRecord& subtest,
    std::string_view class_name,
    const Verdict& verdict,
    const JunitStyle& style) {
    auto test_case = add_case(
        suite,
        {.name = subtest.name,
         .class_name = class_name,
         .time = subtest.duration.value_or(Microseconds(0)),
         .place = subtest.place},
        style);
    const auto skipped = [&](const std::string& message) {
        set_attribute(test_case.append_child("skipped"), "message", message);
    };
    switch (subtest.result) {
    case SubtestResult::pass:
        break;
    case SubtestResult::fail:
        add_problem(
            test_case, "failure", "subtest-failed", told(subtest, "The test said that it failed"));
        break;
    case SubtestResult::skip:
        skipped(told(subtest, "The test said that it was skipped"));
        break;
    case SubtestResult::unfinished:
        if (!is_broken(verdict.outcome))
            skipped("The test did not tell of its end");
        else
            add_problem(
                test_case,
                "failure",
                "subtest-unfinished",
                "It was running at the end: " + verdict.text);
        break;
    }
}

} // namespace bootproof
