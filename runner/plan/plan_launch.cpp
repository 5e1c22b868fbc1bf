// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan_launch.hpp"

#include "plan/guest_abilities.hpp"
#include "plan/plan_container.hpp"
#include "plan/plan_vm.hpp"

#include <algorithm>

namespace bootproof {

namespace {

std::chrono::milliseconds scaled(std::chrono::milliseconds time, double factor) {
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(time.count()) * factor));
}

} // namespace

LaunchPlan plan_launch(const PlanInput& input) {
    check_guest(input);
    LaunchPlan plan;
    plan.name = input.descriptor.name;
    plan.kind = input.machine.kind;
    plan.kind_reason = input.machine.reason;
    plan.backend = input.backend.backend;
    plan.backend_reason = input.backend.reason;
    plan.directory = input.resources.directory;
    plan.journal = input.resources.journal;
    plan.evidence = input.resources.evidence;
    plan.console_log = console_log(input.resources.evidence);
    plan.journal_receiver = {
        input.host.journal_remote.string(),
        "--output=" + plan.journal.string(),
        "--split-mode=none",
        "-",
    };
    plan.boot_reason = input.boot.reason;
    if (plan.kind == MachineKind::vm)
        plan_vm(input, plan);
    else
        plan_container(input, plan);
    const double factor =
        input.options.timeout_factor.value_or(plan.accelerator == "tcg" ? 4.0 : 1.0);
    if (input.options.console == Console::unattended)
        plan.deadline = std::max(
            scaled(input.descriptor.timeout, factor) - input.resources.spent,
            std::chrono::milliseconds(std::chrono::seconds(1)));
    plan.shutdown_deadline = scaled(
        // An older guest tells its status before its units are stopped, each of which may take
        // DefaultTimeoutStopSec= (systemd-system.conf(5)).
        std::chrono::seconds(guest_abilities(input.image).tells_status ? 10 : 100),
        factor);
    return plan;
}

} // namespace bootproof
