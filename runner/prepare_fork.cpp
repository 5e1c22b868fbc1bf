// SPDX-License-Identifier: LGPL-2.1-or-later
#include "prepare_fork.hpp"

#include "keep_evidence.hpp"
#include "launch/acquire.hpp"
#include "launch/log.hpp"
#include "launch/observe_run.hpp"
#include "sys/file.hpp"
#include "verdict/judge.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

namespace bootproof {

namespace {

std::chrono::milliseconds milliseconds(Microseconds duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

/// The plan of the class's machine for this run.
LaunchPlan
plan_saved(const PlanInput& input, const TestDescriptor& shared, const RunResources& resources) {
    return plan_launch(
        {shared,
         input.image,
         input.options,
         input.host,
         resources,
         input.machine,
         input.backend,
         {.kind = BootKind::saved, .reason = {}}});
}

/// Boots the machine of a class and saves it in the directory. 'failure' gets the verdict of one
/// that could not be saved.
MadeMachine save_machine(
    const PlanInput& input,
    const std::string& boot_class,
    const std::filesystem::path& directory,
    std::optional<Verdict>& failure) {
    log_info(fmt::format("Booting the machine that tests are forked from ({})", boot_class));
    const auto shared = class_descriptor(input.descriptor);
    auto resources =
        acquire_resources("boot-" + boot_class, input.options, input.host, input.backend.backend);
    resources.values.saved_machine = directory;
    resources.directory->record_why_not_attached("other tests are forked from it");
    const auto plan = plan_saved(input, shared, resources.values);
    const auto observation = observe_run(plan, shared.unit, input.options, resources);
    keep_events(plan, observation);
    failure = judge_saved(shared, observation);
    if (!failure) {
        copy_whole_file(plan.journal, plan.saved_journal);
        return {.saved = true, .failure = {}, .boot_time = milliseconds(observation.duration)};
    }
    failure->text += fmt::format(
        ". Journal: {}, console: {}",
        keep_journal(plan.journal, input.options).string(),
        plan.console_log.string());
    const bool was_interrupted = failure->outcome == Outcome::interrupted;
    return {
        .saved = false,
        .failure = was_interrupted ? std::string() : failure->text,
        .boot_time = {}};
}

/// By a person, or for the host's memory: nothing that the saved machine could be blamed for.
bool was_killed(const Observation& observation) {
    const auto& end = observation.machine_end;
    return observation.ended == Ended::by_itself && end && !end->exit_status
           && end->signal == SIGKILL;
}

} // namespace

PreparedFork prepare_fork(const PlanInput& input) {
    if (input.boot.kind != BootKind::forked)
        return {};
    const auto& store = input.options.machines_directory;
    PreparedFork fork{.boot_class = boot_class(input), .machine = {}, .failure = {}};
    // To wait takes the test's own time, to boot that of the class.
    auto waiting = class_descriptor(input.descriptor);
    waiting.timeout = input.descriptor.timeout;
    const auto patience =
        plan_saved(input, waiting, input.resources).deadline.value_or(waiting.timeout);
    fork.machine = hold_saved_machine(
        store, fork.boot_class, input, patience, [&](const std::filesystem::path& directory) {
            return save_machine(input, fork.boot_class.name, directory, fork.failure);
        });
    if (fork.machine.lock)
        try_anyway([&] { evict_saved_machines(store, input.options.saved_machine_limits); });
    else if (!fork.failure)
        fork.failure = Verdict{
            .outcome = Outcome::error, .reason = "boot-failed", .text = fork.machine.failure};
    return fork;
}

void settle_fork(const PreparedFork& fork, const PlanInput& input, const Observation& observation) {
    if (!fork.machine.lock)
        return;
    const auto& store = input.options.machines_directory;
    if (observation.forked)
        count_use(
            store, fork.boot_class, input.descriptor.name, milliseconds(observation.forked->at));
    else if (observation.ended != Ended::by_interrupt && !was_killed(observation))
        discard_saved_machine(store, fork.boot_class, fork.machine);
}

std::filesystem::path saved_machine_of(const PlanInput& input) {
    return input.options.machines_directory / boot_class(input).name / "machine";
}

} // namespace bootproof
