// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"

#include "base/nearest.hpp"
#include "cli/environment.hpp"
#include "cli/run_arguments.hpp"
#include "cli/wrapper_command.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bootproof {

namespace {

/// Of the commands that are about runs which are over.
template <typename RunsCommand>
void add_runs_options(CLI::App& app, RunsCommand& command) {
    app.add_option(
        "-C,--build-dir", command.build_directory, "the Meson build directory with the runs");
    app.add_option(
        "-o,--output-dir",
        command.output_directory,
        "where run was told to put journal and evidence (BUILD/test/journal)");
}

template <typename BuildCommand>
void add_build_directory_option(CLI::App& app, BuildCommand& command) {
    app.add_option("-C,--build-dir", command.build_directory, "the Meson build directory");
}

std::string footer() {
    std::string text = "Environment:\n";
    for (const auto& variable : environment_variables())
        text += fmt::format("  {:<28} {}\n", variable.name, variable.meaning);
    return text
           + "\nExit status: 0 the test passed, 1 it failed or ran out of time, 77 it was "
             "skipped,\n"
             "99 it could not be run, 130 it was interrupted; 2 the command line is wrong.\n\n"
             "Examples:\n"
             "  bootproof run TEST-01-BASIC          boot, run, judge\n"
             "  bootproof run -i TEST-01-BASIC       with the machine's console; it stays up on "
             "failure\n"
             "  bootproof run --machine=vm TEST-01-BASIC   in a virtual machine, even if a "
             "container will do\n"
             "  bootproof show TEST-01-BASIC         what became of its last run\n"
             "  bootproof diff TEST-01-BASIC         its last failure beside its last pass\n"
             "  bootproof rerun --failed             what did not pass, again\n"
             "  bootproof run --keep=failed TEST-01-BASIC   keep the machine if the test fails,\n"
             "  bootproof resume TEST-01-BASIC       and look around in it as it was\n"
             "  bootproof report                     one page of all runs, and JUnit\n"
             "  bootproof doctor                     what this host lacks, and what to do\n"
             "  bootproof plan TEST-01-BASIC         the command lines, as a script for sh\n"
             "  bootproof shell TEST-01-BASIC        the same machine, the test not started\n"
             "  bootproof attach TEST-01-BASIC       a root shell in it while the test runs\n"
             "  meson test -C build --suite integration-tests";
}

bool paints(const RunOptions& environment) {
    return environment.colour && ::isatty(STDOUT_FILENO) == 1;
}

void add_interactive_option(CLI::App& app, RunOptions& options, const std::string& description) {
    app.add_flag_callback(
        "-i,--interactive", [&] { options.console = Console::interactive; }, description);
}

RunCommand run_command(const RunArguments& arguments) {
    return {
        .test = arguments.test,
        .build_directory = arguments.build_directory,
        .options = finish(arguments)};
}

// Each of these adds a subcommand, which makes the result where it is the one that was given. What
// its options fill in lives as long as it.

void add_run(CLI::App& app, const RunOptions& environment, Command& result) {
    auto arguments = std::make_shared<RunArguments>(RunArguments{.options = environment});
    auto* run = app.add_subcommand("run", "Boot a machine, run the test in it, and judge");
    add_run_options(*run, *arguments);
    add_unattended_options(*run, *arguments);
    add_interactive_option(
        *run, arguments->options, "on this terminal; the machine stays up when the test fails");
    run->callback([&result, arguments] { result = run_command(*arguments); });
}

void add_plan(CLI::App& app, const RunOptions& environment, Command& result) {
    auto arguments = std::make_shared<RunArguments>(RunArguments{.options = environment});
    auto* plan =
        app.add_subcommand("plan", "Print what run would do, as a script for sh; touch nothing");
    add_run_options(*plan, *arguments);
    add_interactive_option(*plan, arguments->options, "as for run -i");
    add_keep_option(*plan, arguments->options.keep_failed);
    plan->add_flag(
        "--json", arguments->options.plan_as_json, "print what an executable of 'configure' reads");
    plan->callback([&result, arguments] {
        result = PlanCommand{
            .test = arguments->test,
            .build_directory = arguments->build_directory,
            .options = finish(*arguments)};
    });
}

void add_shell(CLI::App& app, const RunOptions& environment, Command& result) {
    auto arguments = std::make_shared<RunArguments>(RunArguments{.options = environment});
    auto* shell =
        app.add_subcommand("shell", "Boot the test's machine with a root shell on this terminal");
    add_run_options(*shell, *arguments);
    shell->add_flag("-v,--verbose", arguments->options.verbose, "say the commands that are run");
    shell->callback([&result, arguments] {
        arguments->options.console = Console::shell;
        result = run_command(*arguments);
    });
}

void add_list(CLI::App& app, Command& result) {
    auto command = std::make_shared<ListCommand>();
    auto* list = app.add_subcommand("list", "List the tests that the build directory declares");
    add_build_directory_option(*list, *command);
    list->callback([&result, command] { result = *command; });
}

void add_show(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<ShowCommand>();
    command->colour = paints(environment);
    auto* show = app.add_subcommand("show", "Tell what became of a run that is over");
    show->add_option("TEST", command->test, "a test's name (the run that ended last)");
    add_runs_options(*show, *command);
    show->callback([&result, command] { result = *command; });
}

void add_rerun(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<RerunCommand>();
    command->options = environment;
    auto* rerun = app.add_subcommand(
        "rerun", "Run tests again as they were run before: same machine, same declaration");
    rerun->add_option("TEST", command->tests, "names of tests (the run that ended last)")
        ->take_all();
    rerun->add_flag("--failed", command->failed, "those whose last run did not pass");
    const auto* repetitions =
        rerun->add_option("--repeat", command->repeat, "how often each is run (1)")
            ->check(CLI::PositiveNumber);
    rerun->add_flag(
        "--until-fail", command->until_fail, "stop at the first run that does not pass");
    add_choice(*rerun, "--boot", command->boot, boot_words(), "own, fork or auto, whatever it was");
    add_retry_options(*rerun, command->options.retries);
    add_runs_options(*rerun, *command);
    rerun->callback([&result, command, repetitions] {
        if (command->until_fail && repetitions->count() == 0)
            command->repeat = std::numeric_limits<unsigned>::max();
        result = *command;
    });
}

void add_resume(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<ResumeCommand>();
    command->options = environment;
    auto* resume = app.add_subcommand(
        "resume", "Go on with a machine that run --keep=failed has kept, at this terminal");
    resume->add_option("TEST", command->test, "a test's name (the run that ended last)");
    resume->add_flag(
        "--gdb", command->debugger, "the machine stands until a debugger lets it go on");
    add_runs_options(*resume, *command);
    resume->callback([&result, command] { result = *command; });
}

void add_attach(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<AttachCommand>();
    command->runtime_directory = environment.directories.runtime;
    command->terminal = environment.terminal;
    auto* attach = app.add_subcommand(
        "attach", "Open a root shell at this terminal, in a machine while its test runs");
    attach->add_option("TEST", command->test, "a test's name (the only one that runs)");
    attach->callback([&result, command] { result = *command; });
}

void add_pack(CLI::App& app, Command& result) {
    auto command = std::make_shared<PackCommand>();
    auto* pack = app.add_subcommand(
        "pack", "Put all that a run has left into one archive, its kept machine included");
    pack->add_option("TEST", command->test, "a test's name (the run that ended last)");
    pack->add_option("-f,--file", command->file, "the archive (TEST.tar.zst here)");
    add_runs_options(*pack, *command);
    pack->callback([&result, command] { result = *command; });
}

void add_diff(CLI::App& app, Command& result) {
    auto command = std::make_shared<DiffCommand>();
    auto* diff = app.add_subcommand(
        "diff", "Lay a test's last run that failed beside its last one that passed");
    diff->add_option("TEST", command->test, "a test's name")->required();
    add_runs_options(*diff, *command);
    diff->callback([&result, command] { result = *command; });
}

void add_report(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<ReportCommand>();
    command->project = environment.directories.project;
    auto* report = app.add_subcommand(
        "report",
        "Make one report of all runs that are over: report.html and report.xml (JUnit) beside "
        "them");
    add_runs_options(*report, *command);
    static const std::map<std::string, ReportFormat> formats{
        {"html", ReportFormat::html},
        {"junit", ReportFormat::junit},
        {"markdown", ReportFormat::markdown},
        {"perfetto", ReportFormat::perfetto}};
    add_choice(
        *report,
        "--format",
        command->format,
        formats,
        "write only this, to standard output: html, junit, markdown (a CI step's summary) or "
        "perfetto (the timeline for ui.perfetto.dev)");
    static const std::map<std::string, JunitFlavor> flavors{
        {"strict", JunitFlavor::strict}, {"rich", JunitFlavor::rich}};
    add_choice(
        *report,
        "--junit-flavor",
        command->junit_flavor,
        flavors,
        "strict (valid for Jenkins) or rich (with file, line and properties of each case, for "
        "GitLab and GitHub)");
    report->callback([&result, command] { result = *command; });
}

void add_doctor(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<DoctorCommand>();
    command->options = environment;
    command->colour = paints(environment);
    auto* doctor = app.add_subcommand(
        "doctor", "Say what this host has for tests, and what to do about what it has not");
    doctor->add_option(
        "-C,--build-dir", command->build_directory, "the Meson build directory with the image");
    doctor->add_flag("--json", command->json, "for programs");
    doctor->callback([&result, command] { result = *command; });
}

void add_machines(CLI::App& app, Command& result) {
    auto command = std::make_shared<MachinesCommand>();
    auto* machines =
        app.add_subcommand("machines", "List the saved machines that tests are forked from");
    add_build_directory_option(*machines, *command);
    machines->callback([&result, command] { result = *command; });
}

void add_gc(CLI::App& app, const RunOptions& environment, Command& result) {
    auto command = std::make_shared<GarbageCollectCommand>();
    command->runtime_directory = environment.directories.runtime;
    auto* gc = app.add_subcommand(
        "gc", "Remove what killed runs have left behind, and saved machines that are not in use");
    add_build_directory_option(*gc, *command);
    gc->callback([&result, command] { result = *command; });
}

/// Of a word that the parser could do nothing with: what was probably meant. Empty without one.
std::string suggestion(const CLI::App& app) {
    const auto words = app.remaining(true);
    if (words.empty())
        return {};
    const auto word = words.front().substr(0, words.front().find('='));
    const auto given = app.get_subcommands();
    std::vector<std::string> known;
    if (word.starts_with('-'))
        for (const auto* option : (given.empty() ? app : *given.front()).get_options())
            for (const auto& name : option->get_lnames())
                known.push_back("--" + name);
    else if (given.empty())
        for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(command->get_name());
    if (known.empty())
        return {};
    return fmt::format(
        "What is '{}'? {}\n", word, did_you_mean(word, {known.begin(), known.end()}));
}

} // namespace

Command parse_command_line(int argc, char** argv, const RunOptions& environment) {
    CLI::App app(
        "Run an operating system's integration tests, each in a throw-away snapshot of one image.");
    app.name("bootproof");
    app.set_version_flag("--version", BOOTPROOF_VERSION);
    app.footer(footer);
    app.require_subcommand(1);
    // So that a caller can add to a command line that something else has put together.
    app.option_defaults()->take_last();
    app.failure_message([](const CLI::App* parser, const CLI::Error& error) {
        return suggestion(*parser) + CLI::FailureMessage::simple(parser, error);
    });
    Command result;
    add_run(app, environment, result);
    add_plan(app, environment, result);
    add_shell(app, environment, result);
    add_wrapper(app, environment, result);
    add_list(app, result);
    add_show(app, environment, result);
    add_rerun(app, environment, result);
    add_resume(app, environment, result);
    add_attach(app, environment, result);
    add_pack(app, result);
    add_diff(app, result);
    add_report(app, environment, result);
    add_doctor(app, environment, result);
    add_machines(app, result);
    add_gc(app, environment, result);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool wrong = error.get_exit_code() != 0;
        app.exit(error, std::cout, std::cerr);
        return ExitCommand{wrong ? usage_status : 0};
    }
    return result;
}

} // namespace bootproof
