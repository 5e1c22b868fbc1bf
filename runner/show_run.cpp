// SPDX-License-Identifier: LGPL-2.1-or-later
#include "show_run.hpp"

#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "load_run.hpp"
#include "report/summary.hpp"

#include <fmt/format.h>

namespace bootproof {

int show_run(const ShowCommand& command) {
    const auto directory = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto verdict = find_run(directory, command.test);
    const auto run = load_run(verdict);
    fmt::print("{}", story(run->record, command.colour));
    fmt::print("  All of it: {}\n", verdict.parent_path().string());
    return 0;
}

} // namespace bootproof
