// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/machine_state.hpp"

#include "plan/fork_agent.hpp"
#include "plan/keep_agent.hpp"
#include "plan/qemu.hpp"
#include "plan/qmp_command.hpp"

namespace bootproof {

namespace {

/// What a machine needs to be forked from, or to be forked.
void plan_shared_state(const PlanInput& input, LaunchPlan& plan) {
    const auto& saved = input.resources.saved_machine;
    using Access = PassedFile::Access;
    const bool forked = plan.boot == BootKind::forked;
    plan.passed_files.push_back(
        {.number = saved_state_fd,
         .path = saved / "state",
         .access = forked ? Access::read : Access::create});
    if (forked)
        plan.passed_files.push_back(
            {.number = disk_fd, .path = saved / "overlay.qcow2", .access = Access::copy});
    plan.saved_journal = saved / "journal";
    plan.qmp_commands += qmp_share_memory;
    if (forked)
        plan.qmp_commands += qmp_load;
}

/// What a machine needs to be kept when its test fails.
void plan_kept_state(const PlanInput& input, LaunchPlan& plan) {
    plan.kept_machine = input.resources.kept_machine;
    using Access = PassedFile::Access;
    plan.passed_files.push_back(
        {.number = kept_state_fd, .path = plan.kept_machine / "state", .access = Access::create});
    if (plan.boot != BootKind::own)
        return;
    plan.passed_files.push_back(
        {.number = disk_fd, .path = plan.kept_machine / "overlay.qcow2", .access = Access::copy});
    plan.end_message = end_message(input.resources);
    plan.qmp_commands += qmp_report_migration;
}

/// What a kept machine needs to go on. All that it writes to is a copy, so that it can go on from
/// there another time.
void plan_resumed_state(const PlanInput& input, LaunchPlan& plan) {
    const auto& kept = input.resources.kept_machine;
    using Access = PassedFile::Access;
    plan.passed_files.push_back(
        {.number = saved_state_fd, .path = kept / "state", .access = Access::read});
    plan.passed_files.push_back(
        {.number = disk_fd, .path = kept_file(kept, disk_fd), .access = Access::copy});
    plan.qmp_commands += plan.boot == BootKind::forked ? qmp_share_memory : qmp_report_migration;
    plan.qmp_commands += qmp_load;
}

} // namespace

void plan_machine_state(const PlanInput& input, LaunchPlan& plan) {
    plan.boot = input.boot.kind;
    plan.qmp_commands = qmp_greeting;
    if (plan.boot != BootKind::own || keeps_failed(input) || input.boot.resumed)
        plan.agent_socket = plan.directory / "agent";
    if (input.boot.resumed) {
        plan_resumed_state(input, plan);
        return;
    }
    if (plan.boot != BootKind::own)
        plan_shared_state(input, plan);
    if (keeps_failed(input))
        plan_kept_state(input, plan);
}

PassedFile going_on(const PlanInput& input, PassedFile file) {
    if (input.boot.resumed)
        return {
            .number = file.number,
            .path = kept_file(input.resources.kept_machine, file.number),
            .access = PassedFile::Access::copy};
    return file;
}

} // namespace bootproof
