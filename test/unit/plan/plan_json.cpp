// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan_json.hpp"

#include "base/error.hpp"
#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::string_literals;

namespace {

LaunchPlan sample_plan() {
    return {
        .name = "a",
        .directory = "/run/a",
        .machine = {"/bin/qemu", "-name", "it's\n\"ü\""},
        .environment = {{"TMPDIR", "/tmp"}},
        .kernel_command_line = {"quiet"},
        .accelerator = "tcg",
        .deadline = std::chrono::milliseconds(1500),
    };
}

std::string fault_of(std::string_view json) {
    try {
        changed_plan(sample_plan(), json);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("a plan goes through JSON and back") {
    const auto plan = sample_plan();
    CHECK(changed_plan(plan, plan_json(plan)) == plan);
    CHECK(changed_plan(plan, "{}") == plan);
    CHECK(plan_json(plan) == Contains("\"format\": 1"));
    CHECK(plan_json(plan) == Contains("\"deadline-ms\": 1500"));
    CHECK(plan_json(plan) == Contains("\"kernel-command-line\": [\n    \"quiet\"\n  ]"));
}

TEST_CASE("command, environment and deadline of a plan can be changed") {
    const auto changed = changed_plan(
        sample_plan(),
        R"({"machine": ["x", "y"], "environment": {"A": "b"}, "deadline-ms": null})");
    auto expected = sample_plan();
    expected.machine = {"x", "y"};
    expected.environment = {{"A", "b"}};
    expected.deadline.reset();
    CHECK(changed == expected);
}

TEST_CASE("what cannot be changed in a plan, or is no plan, is an error") {
    CHECK(fault_of(R"({"name": "b"})") == Contains("'name' cannot be changed"));
    CHECK(fault_of(R"({"format": 2})") == Contains("'format' cannot be changed"));
    CHECK(fault_of(R"({"memory": 1})") == Contains("There is no 'memory' in a plan"));
    CHECK(fault_of(R"({"machine": []})") == Contains("'machine' has no program"));
    CHECK(fault_of(R"({"machine": [""]})") == Contains("'machine' has no program"));
    CHECK(fault_of(R"({"machine": "qemu"})") == Contains("type must be array"));
    CHECK(fault_of(R"({"deadline-ms": "1"})") == Contains("type must be number"));
    CHECK(fault_of(R"({"deadline-ms": -1})") == Contains("'deadline-ms' is -1"));
    CHECK(fault_of("[]") == Contains("no JSON object"));
    CHECK(fault_of("") == Contains("unexpected end of input"));
}

TEST_CASE("a plan that JSON cannot say is an error") {
    auto plan = sample_plan();
    plan.machine.emplace_back("\xff");
    CHECK_THROWS_WITH_AS(
        plan_json(plan), doctest::Contains("The plan cannot be written as JSON: "), Error);
}
