// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan_json.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace bootproof {

namespace {

using Json = nlohmann::ordered_json;

constexpr int format = 1;
constexpr std::array<std::string_view, 3> changeable{"machine", "environment", "deadline-ms"};

Json to_json(const LaunchPlan& plan) {
    return {
        {"format", format},
        {"name", plan.name},
        {"kind", plan.kind == MachineKind::vm ? "vm" : "container"},
        {"backend", to_string(plan.backend)},
        {"accelerator", plan.accelerator},
        {"firmware", plan.kind == MachineKind::vm ? to_string(plan.firmware) : ""},
        {"directory", plan.directory.string()},
        {"kernel-command-line", plan.kernel_command_line},
        {"machine", plan.machine},
        {"environment", Json(plan.environment)},
        {"deadline-ms", plan.deadline ? Json(plan.deadline->count()) : Json()},
    };
}

void check_members(const Json& before, const Json& after) {
    for (const auto& [key, value] : after.items()) {
        if (!before.contains(key))
            throw Error(fmt::format("There is no '{}' in a plan", key));
        if (value != before[key] && std::ranges::find(changeable, key) == changeable.end())
            throw Error(
                fmt::format("'{}' cannot be changed", key),
                fmt::format("What can be: {}", fmt::join(changeable, ", ")));
    }
}

} // namespace

std::string plan_json(const LaunchPlan& plan) {
    try {
        return to_json(plan).dump(2) + "\n";
    } catch (const Json::exception& exception) {
        throw Error(fmt::format("The plan cannot be written as JSON: {}", exception.what()));
    }
}

LaunchPlan changed_plan(LaunchPlan plan, std::string_view json) {
    try {
        const auto after = Json::parse(json);
        if (!after.is_object())
            throw Error("This is no JSON object");
        check_members(to_json(plan), after);
        plan.machine = after.value("machine", plan.machine);
        plan.environment = after.value("environment", plan.environment);
        if (const auto deadline = after.find("deadline-ms"); deadline != after.end()) {
            plan.deadline.reset();
            if (!deadline->is_null())
                plan.deadline = std::chrono::milliseconds(deadline->get<std::int64_t>());
        }
    } catch (const Json::exception& exception) {
        throw Error(exception.what());
    }
    if (plan.deadline && plan.deadline->count() <= 0)
        throw Error(fmt::format("'deadline-ms' is {}", plan.deadline->count()));
    if (plan.machine.empty() || plan.machine.front().empty())
        throw Error("'machine' has no program");
    return plan;
}

} // namespace bootproof
