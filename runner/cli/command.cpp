// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"

#include "cli/environment.hpp"
#include "cli/run_arguments.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <limits>
#include <map>

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

constexpr std::string_view wrapper_footer =
    "After '--', options of mkosi that have a translation:\n"
    "  --kernel-command-line-extra=WORDS  --credential=NAME=VALUE or FILE  --qemu-args=WORDS\n"
    "  --drive=ID:SIZE[::OPTIONS[:FILE-ID]]  --runtime-size=SIZE  --ram=SIZE  --cpus=N\n"
    "  --tpm=yes|no  --firmware=NAME\n"
    "and these, which say what is so anyway: --ephemeral=yes --register=no\n"
    "  --runtime-build-sources=no --runtime-home=no --runtime-network=none.\n"
    "TEST_MKOSI_ARGS adds to them. Any other is an error.";

struct WrapperInput {
    WrapperArguments arguments;
    std::string image;
    std::string build_directory;
    bool plan = false;
    bool tap = false;
    /// What the wrapper knows and nothing here depends on.
    std::string unused;
    bool unused_flag = false;
};

/// The names are those of systemd's test/integration-tests/integration-test-wrapper.py.
void add_wrapper_options(CLI::App& app, WrapperInput& input) {
    auto& arguments = input.arguments;
    app.footer(std::string(wrapper_footer));
    app.add_option("--name", arguments.name, "the test's name")->required();
    app.add_option("--unit", arguments.unit, "the service that is the test")->required();
    app.add_option("--meson-build-dir", input.build_directory, "the build directory")->required();
    app.add_option("--meson-source-dir", input.unused, "taken, and not needed");
    app.add_flag("--plan", input.plan, "print what would be done, and do nothing");
    app.add_option("--mkosi", input.unused, "taken, and not needed: the image is built already");
    app.add_option("--image", input.image, "the image's manifest (BUILD/mkosi.output/image.json)");
    app.add_option("--storage", arguments.storage, "volatile or persistent");
    app.add_option(
        "--firmware", arguments.firmware, "auto, uefi, uefi-secure-boot, linux or linux-noinitrd");
    app.add_option("--exit-code", arguments.exit_code, "the exit status that is a pass");
    app.add_option(
        "--coredump-exclude-regex",
        arguments.coredump_exclude_regex,
        "core dumps in whose executable it is found do not count");
    app.add_option(
        "--sanitizer-exclude-regex",
        arguments.sanitizer_exclude_regex,
        "sanitizer reports in whose process name it is found do not count");
    app.add_option("--coco", arguments.confidential, "skip: there are no confidential guests");
    app.add_flag("--slow,!--no-slow", arguments.slow, "skip unless SYSTEMD_SLOW_TESTS=1");
    app.add_flag("--vm,!--no-vm", arguments.vm, "never in a container");
    app.add_flag("--skip,!--no-skip", arguments.skip, "skip");
    app.add_flag("--rtc,!--no-rtc", arguments.rtc, "set the machine's clock");
    app.add_flag("--tpm,!--no-tpm", arguments.tpm, "the machine has a TPM");
    app.add_flag(
        "--suppress-sync,!--no-suppress-sync",
        arguments.suppress_sync,
        "fsync(2) does nothing in a container");
    app.add_flag("--vm-images,!--no-vm-images", input.unused_flag, "taken; see docs/parity.md");
    app.add_flag("--tap,!--no-tap", input.tap, "write TAP 13 to standard output");
    app.add_option("MKOSI", arguments.mkosi, "options of mkosi, after --")->take_all();
}

WrapperCommand wrapper_command(const WrapperInput& input, RunOptions options) {
    if (!input.image.empty())
        options.image = input.image;
    options.tap = input.tap;
    // Meson's own deadline is the declared one, whatever the machine runs on.
    options.timeout_factor = options.timeout_factor.value_or(1.0);
    return {
        .arguments = input.arguments,
        .plan = input.plan,
        .build_directory = input.build_directory,
        .options = std::move(options)};
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
    RunArguments arguments{.options = environment};
    bool interactive = false;

    auto* run = app.add_subcommand("run", "Boot a machine, run the test in it, and judge");
    add_run_options(*run, arguments);
    add_unattended_options(*run, arguments);
    run->add_flag(
        "-i,--interactive",
        interactive,
        "on this terminal; the machine stays up when the test fails");

    auto* plan =
        app.add_subcommand("plan", "Print what run would do, as a script for sh; touch nothing");
    add_run_options(*plan, arguments);
    plan->add_flag("-i,--interactive", interactive, "as for run -i");
    add_keep_option(*plan, arguments.options.keep_failed);
    plan->add_flag(
        "--json", arguments.options.plan_as_json, "print what an executable of 'configure' reads");

    auto* shell =
        app.add_subcommand("shell", "Boot the test's machine with a root shell on this terminal");
    add_run_options(*shell, arguments);
    shell->add_flag("-v,--verbose", arguments.options.verbose, "say the commands that are run");

    auto* wrapper = app.add_subcommand(
        "wrapper",
        "Take the place of systemd's integration-test-wrapper.py, with its command line");
    WrapperInput wrapped;
    wrapped.arguments.more_mkosi = environment.mkosi_options;
    add_wrapper_options(*wrapper, wrapped);

    auto* list = app.add_subcommand("list", "List the tests that the build directory declares");
    list->add_option("-C,--build-dir", arguments.build_directory, "the Meson build directory");

    ShowCommand shown{
        .test = {},
        .build_directory = {},
        .output_directory = {},
        .colour = environment.colour && ::isatty(STDOUT_FILENO) == 1};
    auto* show = app.add_subcommand("show", "Tell what became of a run that is over");
    show->add_option("TEST", shown.test, "a test's name (the run that ended last)");
    add_runs_options(*show, shown);

    RerunCommand repeated{.options = environment};
    auto* rerun = app.add_subcommand(
        "rerun", "Run tests again as they were run before: same machine, same declaration");
    rerun->add_option("TEST", repeated.tests, "names of tests (the run that ended last)")
        ->take_all();
    rerun->add_flag("--failed", repeated.failed, "those whose last run did not pass");
    auto* repetitions = rerun->add_option("--repeat", repeated.repeat, "how often each is run (1)")
                            ->check(CLI::PositiveNumber);
    rerun->add_flag(
        "--until-fail", repeated.until_fail, "stop at the first run that does not pass");
    add_choice(*rerun, "--boot", repeated.boot, boot_words(), "own, fork or auto, whatever it was");
    add_retry_options(*rerun, repeated.options.retries);
    add_runs_options(*rerun, repeated);

    ResumeCommand resumed{.options = environment};
    auto* resume = app.add_subcommand(
        "resume", "Go on with a machine that run --keep=failed has kept, at this terminal");
    resume->add_option("TEST", resumed.test, "a test's name (the run that ended last)");
    resume->add_flag(
        "--gdb", resumed.debugger, "the machine stands until a debugger lets it go on");
    add_runs_options(*resume, resumed);

    AttachCommand attached{
        .test = {},
        .runtime_directory = environment.directories.runtime,
        .terminal = environment.terminal};
    auto* attach = app.add_subcommand(
        "attach", "Open a root shell at this terminal, in a machine while its test runs");
    attach->add_option("TEST", attached.test, "a test's name (the only one that runs)");

    PackCommand packed;
    auto* pack = app.add_subcommand(
        "pack", "Put all that a run has left into one archive, its kept machine included");
    pack->add_option("TEST", packed.test, "a test's name (the run that ended last)");
    pack->add_option("-f,--file", packed.file, "the archive (TEST.tar.zst here)");
    add_runs_options(*pack, packed);

    DiffCommand compared;
    auto* diff = app.add_subcommand(
        "diff", "Lay a test's last run that failed beside its last one that passed");
    diff->add_option("TEST", compared.test, "a test's name")->required();
    add_runs_options(*diff, compared);

    ReportCommand reported{.project = environment.directories.project};
    auto* report = app.add_subcommand(
        "report",
        "Make one report of all runs that are over: report.html and report.xml (JUnit) beside "
        "them");
    add_runs_options(*report, reported);
    static const std::map<std::string, ReportFormat> formats{
        {"html", ReportFormat::html},
        {"junit", ReportFormat::junit},
        {"markdown", ReportFormat::markdown},
        {"perfetto", ReportFormat::perfetto}};
    add_choice(
        *report,
        "--format",
        reported.format,
        formats,
        "write only this, to standard output: html, junit, markdown (a CI step's summary) or "
        "perfetto (the timeline for ui.perfetto.dev)");
    static const std::map<std::string, JunitFlavor> flavors{
        {"strict", JunitFlavor::strict}, {"rich", JunitFlavor::rich}};
    add_choice(
        *report,
        "--junit-flavor",
        reported.junit_flavor,
        flavors,
        "strict (valid for Jenkins) or rich (with file, line and properties of each case, for "
        "GitLab and GitHub)");

    DoctorCommand examined{.build_directory = {}, .options = environment, .colour = shown.colour};
    auto* doctor = app.add_subcommand(
        "doctor", "Say what this host has for tests, and what to do about what it has not");
    doctor->add_option(
        "-C,--build-dir", examined.build_directory, "the Meson build directory with the image");
    doctor->add_flag("--json", examined.json, "for programs");

    auto* machines =
        app.add_subcommand("machines", "List the saved machines that tests are forked from");
    machines->add_option("-C,--build-dir", arguments.build_directory, "the Meson build directory");

    auto* gc = app.add_subcommand(
        "gc", "Remove what killed runs have left behind, and saved machines that are not in use");
    gc->add_option("-C,--build-dir", arguments.build_directory, "the Meson build directory");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool wrong = error.get_exit_code() != 0;
        app.exit(error, std::cout, std::cerr);
        return ExitCommand{wrong ? usage_status : 0};
    }
    if (list->parsed())
        return ListCommand{.build_directory = arguments.build_directory};
    if (interactive)
        arguments.options.console = Console::interactive;
    if (shell->parsed())
        arguments.options.console = Console::shell;
    if (wrapper->parsed())
        return wrapper_command(wrapped, arguments.options);
    if (plan->parsed())
        return PlanCommand{
            .test = arguments.test,
            .build_directory = arguments.build_directory,
            .options = finish(arguments)};
    if (run->parsed() || shell->parsed())
        return RunCommand{
            .test = arguments.test,
            .build_directory = arguments.build_directory,
            .options = finish(arguments)};
    if (show->parsed())
        return shown;
    if (rerun->parsed()) {
        if (repeated.until_fail && repetitions->count() == 0)
            repeated.repeat = std::numeric_limits<unsigned>::max();
        return repeated;
    }
    if (pack->parsed())
        return packed;
    if (diff->parsed())
        return compared;
    if (resume->parsed())
        return resumed;
    if (attach->parsed())
        return attached;
    if (report->parsed())
        return reported;
    if (doctor->parsed())
        return examined;
    if (machines->parsed())
        return MachinesCommand{.build_directory = arguments.build_directory};
    return GarbageCollectCommand{
        .runtime_directory = environment.directories.runtime,
        .build_directory = arguments.build_directory};
}

} // namespace bootproof
