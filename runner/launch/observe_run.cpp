// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/observe_run.hpp"

#include "launch/console_log.hpp"
#include "launch/read_journal.hpp"
#include "launch/run_machine.hpp"
#include "sys/file.hpp"

#include <chrono>

namespace bootproof {

namespace {

constexpr std::size_t console_tail_lines = 40;
constexpr std::size_t console_bytes = 1024 * 1024;

/// A container's clocks are the host's; a virtual machine's begin with it, unless it goes on from
/// one that was saved.
GuestClock guest_clock(const LaunchPlan& plan, const Observation& observation) {
    if (plan.kind == MachineKind::container) {
        const auto age = std::chrono::system_clock::now() - observation.started;
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return {.start = std::chrono::duration_cast<Microseconds>(now - age), .run = {}};
    }
    if (!observation.forked)
        return {};
    const auto& [at, uptime] = *observation.forked;
    return {.start = uptime - at, .run = uptime};
}

} // namespace

Observation observe_run(
    const LaunchPlan& plan,
    const std::string& unit,
    const RunOptions& options,
    const AcquiredResources& resources) {
    auto observation = run_machine(plan, resources, options);
    const auto console = read_file_tail(plan.console_log, console_bytes);
    observation.console_tail = console_tail(console, console_tail_lines);
    // A container has no kernel that could panic, whatever it prints.
    if (plan.kind == MachineKind::vm)
        observation.panic = find_panic(console);
    observation.journal = read_journal(plan.journal, unit, guest_clock(plan, observation));
    return observation;
}

} // namespace bootproof
