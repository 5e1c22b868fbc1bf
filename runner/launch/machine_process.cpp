// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/machine_process.hpp"

#include "base/shell_quote.hpp"
#include "launch/log.hpp"
#include "launch/passed_file.hpp"
#include "plan/keep_agent.hpp"
#include "sys/file.hpp"
#include "sys/pipe.hpp"
#include "sys/terminal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <utility>

namespace bootproof {

namespace {

/// For how long a process that is told to end may remove what it has made.
constexpr std::chrono::seconds time_to_clean_up(10);

} // namespace

MachineProcess::MachineProcess(
    EventLoop& loop,
    const LaunchPlan& plan,
    const AcquiredResources& resources,
    const RunOptions& options,
    OnBytes on_console,
    OnBytes on_errors)
    : loop_(loop)
    , plan_(plan)
    , cleans_up_(plan.cleans_up) {
    auto [reader, errors] = make_pipe();
    listen_to(std::move(reader), std::move(on_errors));
    // A container's console is its standard output; QEMU writes nothing there.
    UniqueFd output = plan.discards_output ? open_null() : UniqueFd();
    const bool attended = options.console != Console::unattended;
    if (plan.kind == MachineKind::container && !attended) {
        auto [console, end] = make_pipe();
        output = std::move(end);
        listen_to(std::move(console), std::move(on_console));
    }
    if (options.verbose)
        log_info("+ " + shell_quote(plan.machine));
    const UniqueFd terminal = attended ? reopen_terminal() : UniqueFd();
    SpawnOptions spawn{
        .command = plan.machine,
        .environment = plan.environment,
        .standard_input = terminal.get(),
        .standard_output = attended ? terminal.get()
                           : output ? output.get()
                                    : errors.get(),
        .standard_error = errors.get(),
        .descriptors = {},
        // A terminal is read by its foreground group only.
        .own_process_group = !attended,
    };
    if (resources.values.vsock)
        spawn.descriptors.emplace(resources.values.vsock->vhost_fd, resources.vhost_vsock.get());
    for (const auto& helper : plan.helpers)
        helpers_.emplace_back(helper, errors.get());
    for (const auto& file : plan.passed_files) {
        auto& fd = passed_[file.number];
        fd = open_passed_file(plan, file);
        spawn.descriptors.emplace(file.number, fd.get());
    }
    machine_ = ChildProcess(spawn);
    guard_ = OrphanGuard(machine_, cleans_up_ ? time_to_clean_up : std::chrono::seconds(0));
    resources.directory->record_machine(machine_.pid());
    if (plan.kept_machine.empty())
        passed_.clear();
}

void MachineProcess::listen_to(UniqueFd pipe, OnBytes on_bytes) {
    outputs_.push_back(std::make_unique<DescriptorInlet>(
        loop_, std::move(pipe), DescriptorInlet::Kind::pipe, std::move(on_bytes)));
}

void MachineProcess::end() {
    if (!cleans_up_) {
        machine_.kill(SIGKILL);
        return;
    }
    machine_.kill(SIGTERM);
    kill_timer_ = loop_.on_timer(time_to_clean_up, [this] { machine_.kill(SIGKILL); });
}

void MachineProcess::keep_files() const {
    for (const auto& file : plan_.passed_files)
        if (is_nameless(file))
            copy_whole_file(
                fmt::format("/proc/self/fd/{}", passed_.at(file.number).get()),
                kept_file(plan_.kept_machine, file.number));
}

ExitInfo MachineProcess::wait() {
    const auto end = machine_.wait();
    for (const auto& output : outputs_)
        output->drain();
    return end;
}

} // namespace bootproof
