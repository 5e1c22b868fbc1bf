// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rerun_tests.hpp"

#include "base/error.hpp"
#include "cli/run_words.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/log.hpp"
#include "load_run.hpp"
#include "report/collected_run.hpp"
#include "run_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace bootproof {

namespace {

/// The last run of a test.
struct LastRun {
    std::filesystem::path directory;
    std::unique_ptr<StoredRun> run;
};

LastRun load(const std::filesystem::path& verdict) {
    return {.directory = verdict.parent_path(), .run = load_run(verdict)};
}

std::vector<LastRun> find_failed(const std::filesystem::path& output_directory) {
    std::map<std::string, LastRun> last;
    for (const auto& verdict : find_runs(output_directory))
        try_anyway([&] {
            auto found = load(verdict);
            auto& known = last[found.run->descriptor.name];
            if (!known.run || known.run->observation.started < found.run->observation.started)
                known = std::move(found);
        });
    std::vector<LastRun> failed;
    for (auto& [name, found] : last)
        if (is_broken(found.run->verdict.outcome))
            failed.push_back(std::move(found));
    return failed;
}

std::vector<LastRun>
select(const RerunCommand& command, const std::filesystem::path& output_directory) {
    if (command.failed)
        return find_failed(output_directory);
    std::vector<LastRun> selected;
    if (command.tests.empty())
        selected.push_back(load(find_run(output_directory, {})));
    for (const auto& test : command.tests)
        selected.push_back(load(find_run(output_directory, test)));
    return selected;
}

/// The declaration as it was; not there for a run of `bootproof wrapper`.
std::string descriptor_of(const LastRun& last) {
    const auto descriptor = last.directory / "descriptor.yaml";
    if (!std::filesystem::exists(descriptor))
        throw Error(
            fmt::format("'{}' was not declared by a descriptor", last.run->descriptor.name),
            "Say it again: " + last.run->record.rerun_command);
    return descriptor.string();
}

RunOptions options_of(const RerunCommand& command, const LastRun& last) {
    auto options = command.options;
    read_run_words(last.run->record.options, options);
    options.guest_environment = last.run->record.environment;
    options.output_directory = last.directory.parent_path();
    if (command.boot)
        options.boot = command.boot;
    // Somebody wants to see it run.
    options.integration_tests = true;
    options.slow_tests = true;
    options.console = Console::unattended;
    return options;
}

bool has_passed(const std::filesystem::path& verdict) {
    try {
        return load_run(verdict)->verdict.outcome == Outcome::pass;
    } catch (const Error&) {
        return false;
    }
}

/// The number of the last that has left something.
unsigned last_attempt(const std::filesystem::path& output_directory, const std::string& test) {
    const auto attempts = later_attempts(output_directory, test);
    return attempts.empty() ? 1 : attempts.back();
}

/// What did not pass is kept: an attempt gets the next number, or that of the last one where that
/// passed and is not before 'first', with which the repetitions began.
unsigned next_attempt(
    const std::filesystem::path& output_directory, const std::string& test, unsigned first) {
    const auto last = last_attempt(output_directory, test);
    const auto name = attempt_name(test, last) + std::string(run_extension);
    return last >= first && has_passed(output_directory / name / verdict_name)
               ? last
               : std::max(last + 1, first);
}

int rerun(const RerunCommand& command, const LastRun& last) {
    const auto test = last.run->descriptor.name;
    const auto descriptor = descriptor_of(last);
    auto options = options_of(command, last);
    int result = 0;
    const auto first = last_attempt(options.output_directory, test) + 1;
    for (unsigned repetition = 1; repetition <= command.repeat; ++repetition) {
        if (command.repeat > 1)
            log_info(fmt::format("{}: repetition {}", test, repetition));
        options.attempt = next_attempt(options.output_directory, test, first);
        const int status = run_test(descriptor, command.build_directory, options);
        const bool passed = status == 0 || status == exit_code(Outcome::skip);
        if (!passed && result == 0)
            result = status;
        if (status == exit_code(Outcome::interrupted) || (!passed && command.until_fail))
            break;
    }
    return result;
}

/// One that cannot be repeated is no reason not to repeat the others.
int try_rerun(const RerunCommand& command, const LastRun& last) {
    try {
        return rerun(command, last);
    } catch (const Error& error) {
        log_error(error.what(), error.hint());
        return exit_code(Outcome::error);
    }
}

} // namespace

int rerun_tests(const RerunCommand& command) {
    const auto directory = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto selected = select(command, directory);
    if (selected.empty())
        log_info(fmt::format("Nothing in '{}' has failed", directory.string()));
    int result = 0;
    for (const auto& last : selected) {
        const int status = try_rerun(command, last);
        if (status == exit_code(Outcome::interrupted))
            return status;
        if (result == 0)
            result = status;
    }
    return result;
}

} // namespace bootproof
