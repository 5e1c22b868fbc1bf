// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The directory in which runs leave journal and evidence: the one given, else BUILD/test/journal,
/// else the current one.
std::filesystem::path output_directory_of(
    const std::filesystem::path& given, const std::filesystem::path& build_directory);

/// Of the directory with the evidence of a run.
inline constexpr std::string_view run_extension = ".run";

/// In that directory; the last file that is written there.
inline constexpr std::string_view verdict_name = "verdict.json";

enum class LastRun : std::uint8_t { passed, failed };

/// Where the last run of the test is kept that passed, or the last that failed or timed out: the
/// verdict and the journal, which are links to those that later runs replace.
std::filesystem::path
last_run(const std::filesystem::path& output_directory, const std::string& test, LastRun which);

/// The verdicts (NAME.run/verdict.json) of all runs there that have ended, sorted by name.
std::vector<std::filesystem::path> find_runs(const std::filesystem::path& output_directory);

/// Of the directory of a machine that was kept (launch/kept_files), beside that of the run.
inline constexpr std::string_view kept_extension = ".machine";

/// When that run ended, in nanoseconds since the epoch.
std::int64_t ended_at(const std::filesystem::path& verdict);

/// What that run is called: the test's name, with "-2" for the second repetition and so on.
std::string run_name(const std::filesystem::path& verdict);

/// What a further attempt of the run 'first' is called: "NAME.try2", from 2.
std::string attempt_name(const std::string& first, unsigned attempt);

/// Whether a run of the test may be called so: NAME, NAME.try2, NAME-2 or NAME-2.try2. Another test
/// may have such a name as well.
bool may_be_run_of(std::string_view run, std::string_view test);

/// The numbers of those that have left something, ascending.
std::vector<unsigned>
later_attempts(const std::filesystem::path& output_directory, const std::string& first);

} // namespace bootproof
