// SPDX-License-Identifier: LGPL-2.1-or-later
#include "diff_runs.hpp"

#include "base/error.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/read_journal.hpp"
#include "report/run_diff.hpp"
#include "report/stored_run.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <memory>

namespace bootproof {

namespace {

std::unique_ptr<StoredRun> load(const std::filesystem::path& directory, LastRun which) {
    const auto verdict = directory / verdict_name;
    if (!std::filesystem::exists(verdict))
        throw Error(
            fmt::format(
                "No run that {} is left in '{}'",
                which == LastRun::passed ? "passed" : "failed",
                directory.parent_path().string()),
            "There is something to compare once the test has passed and failed there");
    return parse_stored_run(read_file(verdict), verdict);
}

RunWithLines with_lines(const StoredRun& run, const std::filesystem::path& directory) {
    const auto journal = directory / run.record.journal.filename();
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
    const auto failed = load(in_failed, LastRun::failed);
    const auto passed = load(in_passed, LastRun::passed);
    fmt::print("{}", run_diff(with_lines(*failed, in_failed), with_lines(*passed, in_passed)));
    fmt::print("  All of it: {}, {}\n", in_failed.string(), in_passed.string());
    return 0;
}

} // namespace bootproof
