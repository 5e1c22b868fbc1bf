// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/configure_plan.hpp"

#include "base/error.hpp"
#include "plan/fault.hpp"
#include "plan/plan_json.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

#include <utility>

namespace bootproof {

LaunchPlan configure_plan(LaunchPlan plan, const TestDescriptor& descriptor) {
    if (descriptor.configure.empty())
        return plan;
    try {
        const auto changed = filter_through(descriptor.configure, plan_json(plan));
        return changed_plan(std::move(plan), changed);
    } catch (const Error& error) {
        throw fault(
            descriptor,
            "configure",
            fmt::format("'{}': {}", descriptor.configure.front(), error.what()),
            error.hint());
    }
}

} // namespace bootproof
