// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/stored_run.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bootproof {

/// The run with that verdict.json. Where its files have been moved, as by `bootproof pack`, paths
/// and commands are those of the new place. Throws Error naming the file.
std::unique_ptr<StoredRun> load_run(const std::filesystem::path& verdict);

/// Whether that verdict is of the test. One that cannot be read is a warning.
bool is_run_of(const std::filesystem::path& verdict, const std::string& test);

/// The verdicts of all runs of the test that have ended there, the oldest first.
std::vector<std::filesystem::path>
runs_of(const std::filesystem::path& output_directory, const std::string& test);

/// The verdict of the test's last run; of the run that has exactly that name, where it is no test's
/// ("NAME.try2", "NAME-3", and "NAME.try1" for the first attempt); of the run that ended last,
/// where the name is empty. Throws Error with the nearest name where there is none.
std::filesystem::path
find_run(const std::filesystem::path& output_directory, const std::string& name);

} // namespace bootproof
