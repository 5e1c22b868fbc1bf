// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resume_machine.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "launch/acquire.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/kept_files.hpp"
#include "launch/log.hpp"
#include "launch/run_machine.hpp"
#include "load_run.hpp"
#include "plan/credential.hpp"
#include "plan/keep_agent.hpp"
#include "plan/qemu.hpp"
#include "plan/qmp_command.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/run_program.hpp"
#include "sys/terminal.hpp"
#include "verdict/findings.hpp"
#include "verdict/machine_error.hpp"
#include "verdict/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

/// The QEMU that the machine was run by, or one of its name in $PATH, where another host has it.
std::string find_qemu(const KeptMachine& kept, const std::string& search_path) {
    const Path qemu = kept.plan.machine.front();
    if (!qemu.filename().string().starts_with("qemu-"))
        throw Error(
            fmt::format("'{}', which the machine was run by, is no QEMU", one_line(qemu.string())),
            "Resume only what bootproof has kept");
    if (can_execute(qemu))
        return qemu.string();
    if (auto found = find_program(qemu.filename().string(), search_path); !found.empty())
        return found.string();
    throw Error(
        fmt::format("There is no '{}', which the machine was run by", qemu.string()),
        ask_doctor("Install QEMU " + kept.qemu_version));
}

void check_host(const KeptMachine& kept, const std::string& qemu) {
    const auto version = read_output({qemu, "--version"});
    if (version.find(fmt::format("version {}", kept.qemu_version)) == std::string::npos)
        throw Error(
            fmt::format(
                "The machine was saved by QEMU {}, and '{}' is another", kept.qemu_version, qemu),
            "Resume it where that QEMU is, or run the test again with --keep=failed");
    if (kept.plan.accelerator == "kvm" && !can_write("/dev/kvm"))
        throw Error(
            "The machine was run under KVM, which there is not here",
            ask_doctor("Resume it on a host with KVM"));
}

/// What a plan asks of the host that goes on.
HostCapabilities resuming_host(const std::string& qemu_version) {
    HostCapabilities host;
    host.set_qemu_version(qemu_version);
    host.is_root = is_root();
    return host;
}

/// Lets QEMU make the socket while it may, but serve it only when the whole machine is there.
void add_debugger(LaunchPlan& plan, const HostCapabilities& host) {
    plan.debugger_socket = plan.directory / "gdb";
    plan.machine.insert(
        plan.machine.end(),
        {"-chardev",
         fmt::format(
             "socket,id=debugger,path={},server=on,wait=off",
             qemu_value(plan.debugger_socket.string())),
         "-S"});
    if (host.has_qemu(10, 0))
        plan.debugger_commands = qmp_activate_disks;
    plan.debugger_commands += qmp_serve_debugger;
}

/// After these nothing goes on by itself, and nobody could use a shell.
bool needs_debugger(const KeptMachine& kept) {
    return kept.reason == "kernel-panic";
}

void greet(const KeptMachine& kept) {
    log_info(fmt::format("Resuming {} as it stood when it was kept ({})", kept.test, kept.reason));
    if (needs_debugger(kept)) {
        log_info("No process runs in it any more, so there is no shell. Ctrl-A X ends the machine");
    } else {
        log_info(
            "This is a root shell on the machine's console: exit ends the machine, Ctrl-A X does "
            "so in any case");
        if (!kept.plan.attach_socket.empty())
            log_info(fmt::format(
                "Where no prompt comes, 'bootproof attach {}' at another terminal may find one",
                kept.test));
    }
    log_info("What is changed in it is gone then: resume it again as often as you like");
}

/// Of the run, or the last of the test's runs that has one.
std::filesystem::path
find_kept(const std::filesystem::path& output_directory, const std::string& name) {
    const auto directory_of = [](const std::filesystem::path& verdict) {
        return verdict.parent_path().replace_extension(kept_extension);
    };
    auto runs = runs_of(output_directory, name);
    std::ranges::reverse(runs);
    for (const auto& run : runs)
        if (may_be_kept(directory_of(run)))
            return directory_of(run);
    return directory_of(find_run(output_directory, name));
}

/// Whoever ends the machine at the terminal, in it or by Ctrl-A X, has QEMU exit with 0.
void check_end(const Observation& observation, const std::string& qemu) {
    const auto& end = observation.machine_end;
    if (observation.ended == Ended::by_verdict)
        // Only what it could not do ends such a machine from here.
        throw Error(
            fmt::format(
                "QEMU could not go on with the machine: {}", observation.events.back().reason),
            "Run the test again with --keep=failed");
    if (observation.ended != Ended::by_itself || !end || end->exit_status == 0)
        return;
    throw Error(
        with_machine_error(fmt::format("'{}' {}", qemu, describe(*end)), observation),
        "Resume it where it was kept, or run the test again with --keep=failed");
}

} // namespace

int resume_machine(const ResumeCommand& command) {
    if (!standard_input_is_terminal())
        throw Error(
            "A machine is resumed at a terminal, and standard input is none",
            "Run bootproof resume in a terminal");
    const auto directory = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto kept_directory = find_kept(directory, command.test);
    const auto kept = load_kept_machine(kept_directory);
    const auto qemu = find_qemu(kept, command.options.directories.search_path);
    check_host(kept, qemu);

    auto options = command.options;
    options.console = Console::interactive;
    AcquiredResources resources{
        .values = {},
        .directory = std::make_unique<RunDirectory>(options.directories.runtime, kept.test),
        .console_log = {},
        .vhost_vsock = {},
        .notify_listener = {},
        .journal_listener = {}};
    const auto& own = resources.directory->path();
    auto plan = resumed_plan(kept.plan, own, kept_directory);
    plan.machine.front() = qemu;
    const auto host = resuming_host(kept.qemu_version);
    settle_privileges(plan.machine, host);
    plan.overlay_directory = options.directories.temporary;
    plan.environment = {{"TMPDIR", plan.overlay_directory.string()}};
    plan.agent_instructions =
        resume_instructions(options.terminal, kept.reason == "emergency-shell");
    resources.console_log = create_file(plan.console_log, 0600);
    if (command.debugger || needs_debugger(kept))
        add_debugger(plan, host);
    greet(kept);
    const auto observation = run_machine(plan, resources, options);
    if (!observation.machine_errors.empty())
        log_warning(fmt::format("QEMU says: {}", printable(observation.machine_errors)));
    if (observation.ended == Ended::by_interrupt)
        return exit_code(Outcome::interrupted);
    check_end(observation, qemu);
    return 0;
}

} // namespace bootproof
