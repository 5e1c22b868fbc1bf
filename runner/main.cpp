// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attach_machine.hpp"
#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "diff_runs.hpp"
#include "launch/examine_host.hpp"
#include "launch/find_tests.hpp"
#include "launch/log.hpp"
#include "launch/run_directory.hpp"
#include "launch/saved_machines.hpp"
#include "pack_run.hpp"
#include "plan/launch_plan.hpp"
#include "plan/machine_choice.hpp"
#include "plan_test.hpp"
#include "report/host_report.hpp"
#include "report/machines_table.hpp"
#include "report_runs.hpp"
#include "rerun_tests.hpp"
#include "resume_machine.hpp"
#include "run_test.hpp"
#include "show_run.hpp"
#include "verdict/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace bootproof {

namespace {

int list_tests(const ListCommand& command) {
    const auto descriptors = find_descriptors(find_build_directory(command.build_directory));
    if (descriptors.empty())
        throw Error(
            "No declared tests were found",
            "Run in the source or build directory, or say -C BUILD-DIRECTORY");
    for (const auto& path : descriptors) {
        const auto test = load_descriptor(path);
        fmt::print(
            "{:<40} {:<10} {:<16} {}\n",
            test.name,
            why_vm(test).empty() ? "container" : "vm",
            to_string(test.firmware),
            !test.enabled ? "disabled"
            : test.slow   ? "slow"
                          : "");
    }
    return 0;
}

int list_machines(const MachinesCommand& command) {
    const auto machines =
        list_saved_machines(machines_directory(find_build_directory(command.build_directory)));
    if (machines.empty())
        log_info("There are no saved machines (tests with 'boot: fork' or --boot=fork make them)");
    else
        fmt::print("{}", machines_table(machines, std::chrono::system_clock::now()));
    return 0;
}

int examine(const DoctorCommand& command) {
    const auto checks =
        examine_host(find_build_directory(command.build_directory), command.options);
    fmt::print("{}", command.json ? host_report_json(checks) : host_report(checks, command.colour));
    const bool is_broken =
        std::ranges::find(checks, HostCheck::Result::broken, &HostCheck::result) != checks.end();
    return is_broken ? 1 : 0;
}

int collect_garbage(const GarbageCollectCommand& command) {
    const auto runs = sweep(command.runtime_directory);
    const auto machines =
        remove_saved_machines(machines_directory(find_build_directory(command.build_directory)));
    for (const auto* removed : {&runs, &machines})
        for (const auto& path : *removed)
            fmt::print("Removed {}\n", path.string());
    if (!runs.empty())
        log_info(fmt::format("{} dead runs removed", runs.size()));
    if (!machines.empty())
        log_info(fmt::format("{} saved machines removed", machines.size()));
    if (runs.empty() && machines.empty())
        log_info("Nothing was left behind");
    return 0;
}

struct Execute {
    int operator()(const RunCommand& command) const {
        return run_test(command.test, command.build_directory, command.options);
    }

    int operator()(const WrapperCommand& command) const {
        const auto act = command.plan ? plan_wrapper : run_wrapper;
        return act(command.arguments, command.build_directory, command.options);
    }

    int operator()(const PlanCommand& command) const {
        return plan_test(command.test, command.build_directory, command.options);
    }

    int operator()(const ListCommand& command) const { return list_tests(command); }

    int operator()(const MachinesCommand& command) const { return list_machines(command); }

    int operator()(const ShowCommand& command) const { return show_run(command); }

    int operator()(const DiffCommand& command) const { return diff_runs(command); }

    int operator()(const PackCommand& command) const { return pack_run(command); }

    int operator()(const ReportCommand& command) const { return report_runs(command); }

    int operator()(const RerunCommand& command) const { return rerun_tests(command); }

    int operator()(const ResumeCommand& command) const { return resume_machine(command); }

    int operator()(const AttachCommand& command) const { return attach_machine(command); }

    int operator()(const DoctorCommand& command) const { return examine(command); }

    int operator()(const GarbageCollectCommand& command) const { return collect_garbage(command); }

    int operator()(const ExitCommand& command) const { return command.status; }
};

} // namespace

} // namespace bootproof

int main(int argc, char** argv) {
    using namespace bootproof;
    // A reader of our output that goes away is a failed write, no reason to die without cleaning
    // up.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return std::visit(Execute(), parse_command_line(argc, argv, options_from_environment()));
    } catch (const Error& error) {
        log_error(error.what(), error.hint());
    } catch (const std::exception& exception) {
        log_error(fmt::format("Unexpected: {}", exception.what()), "This is a bug in bootproof");
    }
    return exit_code(Outcome::error);
}
