// SPDX-License-Identifier: LGPL-2.1-or-later
#include "run_test.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "cli/run_words.hpp"
#include "keep_evidence.hpp"
#include "keep_machine.hpp"
#include "launch/acquire.hpp"
#include "launch/configure_plan.hpp"
#include "launch/coverage.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/image_age.hpp"
#include "launch/log.hpp"
#include "launch/observe_run.hpp"
#include "launch/probe_container.hpp"
#include "launch/probe_host.hpp"
#include "load_test.hpp"
#include "plan/attach_agent.hpp"
#include "plan/boot_choice.hpp"
#include "plan/machine_choice.hpp"
#include "plan/plan_launch.hpp"
#include "plan/skip.hpp"
#include "prepare_fork.hpp"
#include "report/junit.hpp"
#include "report/stored_run.hpp"
#include "report/summary.hpp"
#include "report/tap.hpp"
#include "report/what_next.hpp"
#include "sys/file.hpp"
#include "sys/interrupts.hpp"
#include "sys/terminal.hpp"
#include "verdict/judge.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace bootproof {

namespace {

void write_junit(const RunOptions& options, const std::string& xml) {
    if (!options.junit.empty())
        replace_file(options.junit, xml);
}

/// Meson imports whatever file is there: one of an earlier run must not be taken for this one's if
/// we get killed.
void write_stub(const RunOptions& options, const std::string& test) {
    write_junit(
        options,
        junit_xml(
            test,
            {.outcome = Outcome::error,
             .reason = "runner-aborted",
             .text = "The runner was killed"}));
}

int status_of(Outcome outcome, const RunOptions& options) {
    return options.tap ? tap_exit_code(outcome) : exit_code(outcome);
}

/// What the verdict becomes if there is to be coverage. Only that of a test which has run to its
/// end means anything.
Verdict with_coverage(
    Verdict verdict,
    const LaunchPlan& plan,
    const TestDescriptor& test,
    const RunOptions& options) {
    if (options.coverage_build.empty() || is_broken(verdict.outcome))
        return verdict;
    try {
        collect_coverage(
            plan.journal,
            options.coverage_build,
            plan.directory / "coverage",
            options.output_directory / (test.name + ".coverage-info"));
        return verdict;
    } catch (const Error& error) {
        log_error(error.what(), error.hint());
        return {
            .outcome = Outcome::error,
            .reason = "coverage-missing",
            .text = error.what(),
            .findings = verdict.findings};
    }
}

void check_options(const RunOptions& options) {
    if (options.console != Console::unattended && !standard_input_is_terminal())
        throw Error(
            "An interactive run needs a terminal on standard input",
            "Say meson test -i, or leave out -i and TEST_SHELL");
}

void greet(const LaunchPlan& plan, const RunOptions& options) {
    if (options.console == Console::unattended && !options.progress)
        return;
    log_info(fmt::format("Booting {} ({})", plan.name, describe_machine(plan)));
    if (options.console != Console::unattended)
        log_info(
            plan.kind == MachineKind::vm
                ? "This is the machine's console. Ctrl-A X ends the machine, Ctrl-C goes to the "
                  "guest"
                : "This is the container's console. Ctrl-] three times within a second ends the "
                  "container, Ctrl-C goes to the guest");
}

/// A run that is over, and how it can be repeated.
std::unique_ptr<StoredRun> ended_run(
    const LoadedTest& loaded, Observation observation, Verdict verdict, const RunOptions& options) {
    auto run = std::make_unique<StoredRun>(loaded.test, std::move(observation), std::move(verdict));
    auto& record = run->record;
    record.options = run_words(options);
    record.environment = options.guest_environment;
    record.attempt = options.attempt;
    record.rerun_command = rerun_command(loaded.test.name, loaded.build_directory, record.options);
    return run;
}

std::unique_ptr<StoredRun>
without_machine(const LoadedTest& loaded, Verdict verdict, const RunOptions& options) {
    auto run = ended_run(loaded, {}, std::move(verdict), options);
    run->record.has_machine = false;
    return run;
}

std::unique_ptr<StoredRun>
skipped(const LoadedTest& loaded, const Skip& skip, const RunOptions& options) {
    return without_machine(loaded, verdict_of(Outcome::skip, skip.reason, skip.text), options);
}

/// The pipeline: each stage is a call, and what flows between them are values. 'has_place' is set
/// once the place for evidence is this run's.
std::unique_ptr<StoredRun>
run_declared(const LoadedTest& loaded, RunOptions options, bool& has_place) {
    const auto& test = loaded.test;
    const auto started = std::chrono::steady_clock::now();
    if (const auto skip = decide_skip(test, options))
        return skipped(loaded, *skip, options);
    check_options(options);
    const auto image = load_image(test.image);
    if (const auto newer = newer_configuration(image); !newer.empty())
        log_warning(fmt::format(
            "The image is older than '{}', ignoring (meson compile mkosi builds it anew)", newer));
    const auto container = probe_container(test, image, options);
    const auto machine = choose_machine(test, options, container);
    if (const auto skip = decide_machine_skip(options, machine))
        return skipped(loaded, *skip, options);
    // A repetition, which keeps nothing, runs in the same kind of machine.
    if (options.keep_failed)
        options.machine = asked_machine(options);
    const auto host = probe_host(test, image, options, {machine.kind, container});
    const auto backend = choose_backend({test, image, options, host}, machine);
    const auto boot = choose_boot(test, image, options, host, machine, backend.backend);
    const PlanInput imagined{
        test, image, options, host, imagine_resources(test.name, options), machine, backend, boot};
    const auto fork = prepare_fork(imagined);
    if (fork.failure)
        return without_machine(loaded, *fork.failure, options);
    auto resources = acquire_resources(test.name, options, host, backend.backend);
    has_place = true;
    resources.values.saved_machine = fork.machine.directory;
    resources.values.spent = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started);
    const PlanInput input{test, image, options, host, resources.values, machine, backend, boot};
    options.keep_failed = prepare_keep(input);
    const auto plan = configure_plan(plan_launch(input), test);
    keep_plan(plan, loaded.descriptor);
    resources.directory->record_why_not_attached(why_not_attached(input));
    greet(plan, options);
    auto observation = observe_run(plan, test.unit, options, resources);
    try_anyway([&] { settle_fork(fork, imagined, observation); });
    auto verdict = with_coverage(judge(test, observation), plan, test, options);
    const auto journal = settle_journal(plan, verdict, options);
    auto run = ended_run(loaded, std::move(observation), std::move(verdict), options);
    auto& record = run->record;
    record.phases = boot_phases(run->observation);
    record.before = resources.values.spent;
    record.accelerator = plan.accelerator;
    record.accelerator_reason = plan.accelerator_reason;
    record.qemu_version = plan.kind == MachineKind::vm ? host.qemu_version : "";
    record.firmware = plan.kind == MachineKind::vm ? to_string(plan.firmware) : "";
    record.image_digest = image.digest;
    record.journal = journal;
    record.console = plan.console_log;
    record.screenshot = settle_screenshot(plan);
    record.journal_command = journal_command(journal, test);
    record.coredump_command = coredump_command(journal, test, run->observation);
    record.platform =
        fmt::format("{}-{}-{}", image.distribution, image.release, image.architecture);
    if (settle_keep(input, run->observation, run->verdict))
        record.resume_command =
            resume_command(options.output_directory, plan.evidence.stem().string());
    keep_verdict(plan, record, junit_xml(record));
    remove_old_evidence(plan.evidence, options.evidence_limits);
    // Nobody has started the test, so there is nothing that could have vouched for it.
    if (options.console == Console::shell && run->verdict.reason == "no-exit-status")
        log_info(fmt::format("The machine has ended. Its journal: {}", record.journal_command));
    else
        fmt::print(stderr, "{}", summary(record, options.colour));
    return run;
}

/// The same, but an error is a run without a machine. Throws it where the place for evidence is
/// another run's, beside which nothing can be tried.
std::unique_ptr<StoredRun> run_once(const LoadedTest& loaded, const RunOptions& options) {
    const auto began = WallClock::now();
    bool has_place = false;
    const auto keep = [&](StoredRun& run) {
        run.observation.started = began;
        // A skip touches nothing; and a person who asks for what cannot be has seen it.
        return run.verdict.outcome == Outcome::skip || options.console != Console::unattended
               || keep_verdict_alone(run.record, loaded.descriptor, options, has_place);
    };
    try {
        auto run = run_declared(loaded, options, has_place);
        if (run->record.has_machine)
            return run;
        const auto& [outcome, reason, text, findings] = run->verdict;
        const auto line = fmt::format("{}: {}: {}\n", loaded.test.name, to_string(outcome), text);
        fmt::print(stderr, "{}", without_ci_commands(line));
        keep(*run);
        return run;
    } catch (const Error& error) {
        auto run =
            without_machine(loaded, verdict_of(Outcome::error, "not-run", error.what()), options);
        if (!keep(*run))
            throw;
        log_error(error.what(), error.hint());
        return run;
    }
}

/// Faults of host or runner may pass; a failure of the product is one, unless the caller says
/// otherwise.
bool is_retried(const Verdict& verdict, const Retries& retries) {
    return verdict.outcome == Outcome::error || (retries.failures && is_failure(verdict.outcome));
}

void report_attempts(
    const std::vector<std::unique_ptr<StoredRun>>& attempts, const RunOptions& options) {
    std::vector<CollectedRun> runs;
    runs.reserve(attempts.size());
    for (const auto& attempt : attempts)
        runs.push_back(
            {.name = attempt->descriptor.name, .record = attempt->record, .excerpt = {}});
    write_junit(options, junit_xml(runs));
    const auto& last = attempts.back();
    if (attempts.size() > 1 && last->verdict.outcome == Outcome::pass)
        log_warning(fmt::format(
            "{} is flaky: it passed at attempt {}", last->descriptor.name, last->record.attempt));
    if (options.tap)
        fmt::print("{}", tap(last->record));
}

/// A person wants to leave, even where the verdict was known before.
bool was_interrupted(const StoredRun& run) {
    return run.observation.interrupting_signal != 0 || interrupt_is_pending();
}

int run_attempts(const LoadedTest& loaded, RunOptions options) {
    // A person sees what happens, and can say it again.
    if (options.console != Console::unattended)
        options.retries = {};
    const auto last = options.attempt + options.retries.count;
    std::vector<std::unique_ptr<StoredRun>> attempts;
    for (;; ++options.attempt) {
        attempts.push_back(run_once(loaded, options));
        const auto& run = *attempts.back();
        if (options.attempt == last || !is_retried(run.verdict, options.retries)
            || was_interrupted(run))
            break;
        log_warning(fmt::format(
            "{} is tried again, attempt {} of {}", loaded.test.name, options.attempt + 1, last));
        unblock_interrupts();
    }
    report_attempts(attempts, options);
    const auto outcome = attempts.back()->verdict.outcome;
    if (is_broken(outcome) && was_interrupted(*attempts.back()))
        return exit_code(Outcome::interrupted);
    // A person who looked around and left has not failed.
    return options.console == Console::shell && is_failure(outcome) ? 0
                                                                    : status_of(outcome, options);
}

/// Whatever happens, a JUnit file was written if one was asked for.
int run_loaded(std::string name, RunOptions options, const std::function<LoadedTest()>& load) {
    try {
        unblock_interrupts();
        write_stub(options, name);
        auto loaded = load();
        name = loaded.test.name;
        settle(loaded, options);
        return run_attempts(loaded, options);
    } catch (const Error& error) {
        log_error(error.what(), error.hint());
        try_anyway([&] {
            write_junit(
                options,
                junit_xml(
                    name, {.outcome = Outcome::error, .reason = "not-run", .text = error.what()}));
        });
        return exit_code(Outcome::error);
    }
}

} // namespace

int run_test(
    const std::string& test,
    const std::filesystem::path& build_directory,
    const RunOptions& options) {
    return run_loaded(std::filesystem::path(test).stem().string(), options, [&] {
        return load_declared(test, build_directory);
    });
}

int run_wrapper(
    const WrapperArguments& arguments,
    const std::filesystem::path& build_directory,
    const RunOptions& options) {
    return run_loaded(
        arguments.name, options, [&] { return load_wrapper(arguments, build_directory); });
}

} // namespace bootproof
