// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff_runs.hpp"

#include "base/error.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/read_journal.hpp"
#include "load_run.hpp"
#include "report/run_diff.hpp"

#include <fmt/format.h>

#include <memory>

namespace bootproof {

namespace {

std::unique_ptr<StoredRun>
load(const std::filesystem::path& directory, const std::string& test, LastRun which) {
    const auto verdict = directory / verdict_name;
    if (!std::filesystem::exists(verdict))
        throw Error(
            fmt::format(
                "No run of {} that {} is left in '{}'",
                test,
                which == LastRun::passed ? "passed" : "failed",
                directory.parent_path().string()),
            "There is something to compare once the test has passed and failed there");
    return load_run(verdict);
}

RunWithLines with_lines(const StoredRun& run, const std::filesystem::path& directory) {
    // Without a name of its own, the path would be the directory's.
    const auto name = run.record.journal.filename();
    const auto journal = directory / name;
    if (name.empty() || !std::filesystem::exists(journal))
        throw Error(
            fmt::format("The journal of the run in '{}' was not kept", directory.string()),
            "TEST_SAVE_JOURNAL=fail keeps none of what passes; bootproof show tells of one run");
    return {
        .record = run.record,
        .unit = read_lines(journal, run.descriptor.unit),
        .all = read_lines(journal)};
}

} // namespace

int diff_runs(const DiffCommand& command) {
    const auto output = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto in_failed = last_run(output, command.test, LastRun::failed);
    const auto in_passed = last_run(output, command.test, LastRun::passed);
    const auto failed = load(in_failed, command.test, LastRun::failed);
    const auto passed = load(in_passed, command.test, LastRun::passed);
    fmt::print("{}", run_diff(with_lines(*failed, in_failed), with_lines(*passed, in_passed)));
    fmt::print("  All of it: {}, {}\n", in_failed.string(), in_passed.string());
    return 0;
}

} // namespace bootproof
