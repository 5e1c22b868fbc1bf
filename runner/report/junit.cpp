// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/junit.hpp"

#include "base/printable.hpp"
#include "report/junit_case.hpp"

#include <pugixml.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace bootproof {

namespace {

std::string utc(WallClock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(WallClock::to_time_t(seconds)));
}

/// To be filled by count_cases(); readers expect them before other attributes.
void add_counts(pugi::xml_node node) {
    for (const auto* name : {"tests", "failures", "errors"})
        node.append_attribute(name) = 0;
}

void count_cases(pugi::xml_node suite) {
    std::map<std::string, int> counts;
    for (const auto& test_case : suite.children("testcase")) {
        ++counts["tests"];
        counts["failures"] += test_case.child("failure") ? 1 : 0;
        counts["errors"] += test_case.child("error") ? 1 : 0;
        counts["skipped"] += test_case.child("skipped") ? 1 : 0;
    }
    for (const auto& [name, count] : counts)
        for (auto node : {suite, suite.parent()})
            if (auto attribute = node.attribute(name.c_str()))
                attribute = attribute.as_int() + count;
}

std::string serialise(const pugi::xml_document& document) {
    std::ostringstream text;
    document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
    return text.str();
}

pugi::xml_node add_suites(pugi::xml_document& document) {
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto suites = document.append_child("testsuites");
    set_attribute(suites, "name", "bootproof");
    add_counts(suites);
    return suites;
}

pugi::xml_node add_suite(pugi::xml_node suites, const std::string& name) {
    auto suite = suites.append_child("testsuite");
    set_attribute(suite, "name", name);
    add_counts(suite);
    suite.append_attribute("skipped") = 0;
    return suite;
}

void add_phase(pugi::xml_node properties, const char* name, std::optional<Microseconds> phase) {
    if (phase)
        add_property(properties, name, std::to_string(phase->count() / 1000));
}

void add_properties(pugi::xml_node suite, const RunRecord& record) {
    auto properties = suite.append_child("properties");
    add_property(
        properties,
        "machine",
        record.observation.kind == MachineKind::container ? "container" : "vm");
    add_property(properties, "backend", to_string(record.observation.backend));
    add_property(properties, "vm.accel", record.accelerator);
    add_property(properties, "vm.firmware", record.firmware);
    if (record.observation.kind == MachineKind::vm)
        add_property(properties, "vm.boot", record.observation.forked ? "fork" : "own");
    add_property(properties, "vm.platform", record.platform);
    add_property(properties, "vm.image.sha256", record.image_digest);
    add_phase(properties, "boot.firmware_ms", record.phases.firmware);
    add_phase(properties, "boot.restore_ms", record.phases.restore);
    add_phase(properties, "boot.kernel_ms", record.phases.kernel);
    add_phase(properties, "boot.userspace_ms", record.phases.userspace);
    add_phase(properties, "unit_ms", record.phases.test);
    add_phase(properties, "shutdown_ms", record.phases.shutdown);
    add_property(properties, "rerun.command", record.rerun_command);
}

/// Readers take the last dot for the end of a package, and GitLab shows all of it as the suite.
std::string class_name_of(const RunRecord& record) {
    std::string name;
    for (const auto& part : {record.platform, record.firmware})
        if (!part.empty())
            name += part + ".";
    return name + record.descriptor.name;
}

/// Those before the last that were broken, in the last one's case.
void add_attempts(pugi::xml_node test_case, const Attempts& attempts) {
    const auto last = attempts.back()->verdict.outcome;
    if (last == Outcome::skip)
        return;
    for (const auto* attempt : attempts) {
        const auto& [outcome, reason, text, findings] = attempt->verdict;
        if (attempt == attempts.back() || !is_broken(outcome))
            continue;
        const auto element = fmt::format(
            "{}{}",
            last == Outcome::pass ? "flaky" : "rerun",
            is_failure(outcome) ? "Failure" : "Error");
        auto problem = test_case.append_child(element.c_str());
        set_attribute(problem, "type", reason);
        set_attribute(problem, "message", text);
    }
}

/// Half of the readers know no flakyFailure.
void add_flaky_count(pugi::xml_node suite, pugi::xml_node test_case) {
    const auto failures = test_case.children("flakyFailure");
    const auto errors = test_case.children("flakyError");
    const auto count = std::distance(failures.begin(), failures.end())
                       + std::distance(errors.begin(), errors.end());
    if (count > 0)
        add_property(suite.child("properties"), "flaky", std::to_string(count));
}

struct CaseTimes {
    Microseconds boot{};
    Microseconds test{};
};

/// What was not measured of the two goes to the test, once the machine had come so far.
CaseTimes times_of(const RunRecord& record) {
    const auto total = record.observation.duration;
    if (!was_reached(record))
        return {.boot = total};
    const auto boot = boot_time(record.phases).value_or(Microseconds(0));
    return {.boot = boot, .test = record.phases.test.value_or(total - boot)};
}

/// Gives each case of a suite a name of its own: of several with one name, GitLab counts the first
/// only.
class CaseNames {
public:
    std::string distinct(std::string_view name) {
        const auto given = printable_line(name);
        auto distinct = given;
        while (!taken_.insert(distinct).second)
            distinct = fmt::format("{} ({})", given, ++others_[given] + 1);
        return distinct;
    }

private:
    std::set<std::string> taken_;
    std::map<std::string, unsigned> others_;
};

void add_subtests(
    pugi::xml_node suite,
    const RunRecord& record,
    std::string_view class_name,
    const JunitStyle& style) {
    const auto& journal = record.observation.journal;
    if (!journal)
        return;
    CaseNames names;
    for (const auto& test_case : suite.children("testcase"))
        names.distinct(test_case.attribute("name").value());
    for (auto subtest : journal->subtests) {
        subtest.name = names.distinct(subtest.name);
        if (subtest.place.file.empty())
            subtest.place = record.descriptor.source;
        add_subtest(suite, subtest, class_name, record.verdict, style);
    }
}

/// The cases of boot and test; the one comes back that the verdict belongs to.
pugi::xml_node add_cases(
    pugi::xml_node suite,
    const RunRecord& record,
    const std::string& class_name,
    const JunitStyle& style) {
    const auto times = times_of(record);
    const auto& place = record.descriptor.source;
    auto boot = add_case(
        suite,
        {.name = "boot", .class_name = class_name, .time = times.boot, .place = place},
        style);
    auto test = add_case(
        suite,
        {.name = record.descriptor.name,
         .class_name = class_name,
         .time = times.test,
         .place = place},
        style);
    if (was_reached(record))
        return test;
    set_attribute(
        test.append_child("skipped"), "message", "The machine never got to the test's unit");
    return boot;
}

void add_suite(pugi::xml_node suites, const Attempts& attempts, const JunitStyle& style) {
    const auto& record = *attempts.back();
    const auto class_name = class_name_of(record);
    auto suite = add_suite(suites, record.descriptor.name);
    set_time(suite, record.observation.duration);
    pugi::xml_node decisive;
    if (record.has_machine) {
        set_attribute(suite, "timestamp", utc(record.observation.started));
        add_properties(suite, record);
        decisive = add_cases(suite, record, class_name, style);
    } else {
        decisive = add_case(
            suite,
            {.name = record.descriptor.name,
             .class_name = class_name,
             .place = record.descriptor.source},
            style);
    }
    add_case_properties(decisive, record, style);
    add_verdict(decisive, record.verdict, evidence_text(record));
    add_attempts(decisive, attempts);
    add_flaky_count(suite, decisive);
    add_output(decisive, attempts, style);
    add_subtests(suite, record, class_name, style);
    count_cases(suite);
}

} // namespace

std::string junit_xml(const RunRecord& record) {
    pugi::xml_document document;
    auto suites = add_suites(document);
    set_time(suites, record.observation.duration);
    add_suite(suites, Attempts{&record}, {});
    return serialise(document);
}

std::string junit_xml(std::span<const CollectedRun> runs, const JunitStyle& style) {
    std::map<std::string, Attempts> tests;
    for (const auto& run : runs)
        tests[run.record.descriptor.name].push_back(&run.record);
    // Of the suites, which are of the last attempts.
    Microseconds total{};
    for (auto& [name, attempts] : tests) {
        std::ranges::sort(
            attempts, {}, [](const auto* record) { return record->observation.started; });
        total += attempts.back()->observation.duration;
    }
    pugi::xml_document document;
    auto suites = add_suites(document);
    set_time(suites, total);
    for (const auto& [name, attempts] : tests)
        add_suite(suites, attempts, style);
    return serialise(document);
}

std::string junit_xml(const std::string& test_name, const Verdict& verdict) {
    TestDescriptor test;
    test.name = test_name;
    const Observation nothing;
    RunRecord record{.descriptor = test, .observation = nothing, .verdict = verdict};
    record.has_machine = false;
    return junit_xml(record);
}

} // namespace bootproof
