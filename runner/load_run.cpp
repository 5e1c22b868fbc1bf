// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load_run.hpp"

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "launch/find_runs.hpp"
#include "launch/log.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

std::string moved(std::string text, const std::string& from, const std::string& to) {
    if (const auto at = text.find(from); at != std::string::npos)
        text.replace(at, from.size(), to);
    return text;
}

/// The console's log is beside the verdict, and not where it was written. There may be that of a
/// newer run.
bool has_moved(const Path& console, const Path& run) {
    std::error_code ignored;
    const auto here = run / console.filename();
    return std::filesystem::exists(here, ignored)
           && !std::filesystem::equivalent(here, console, ignored);
}

} // namespace

std::unique_ptr<StoredRun> load_run(const Path& verdict) {
    auto run = parse_stored_run(read_file(verdict), verdict);
    auto& record = run->record;
    // OUTPUT/NAME.run/console.log
    const auto moved_run = std::filesystem::absolute(verdict).parent_path();
    if (record.console.empty() || !has_moved(record.console, moved_run))
        return run;
    const auto from = record.console.parent_path().parent_path().string();
    const auto to = moved_run.parent_path().string();
    for (auto* path : {&record.journal, &record.console, &record.screenshot})
        *path = moved(path->string(), from, to);
    for (auto* command :
         {&record.journal_command, &record.resume_command, &record.coredump_command})
        *command = moved(*command, from, to);
    return run;
}

bool is_run_of(const Path& verdict, const std::string& test) {
    bool is_its = false;
    if (may_be_run_of(run_name(verdict), test))
        try_anyway([&] { is_its = load_run(verdict)->descriptor.name == test; });
    return is_its;
}

std::vector<Path> runs_of(const Path& output_directory, const std::string& test) {
    std::vector<Path> runs;
    for (const auto& verdict : find_runs(output_directory))
        if (is_run_of(verdict, test))
            runs.push_back(verdict);
    std::ranges::sort(runs, {}, ended_at);
    return runs;
}

Path find_run(const Path& output_directory, const std::string& name) {
    const auto verdicts = find_runs(output_directory);
    if (verdicts.empty())
        throw Error(
            fmt::format("No run has left anything in '{}'", output_directory.string()),
            "Run a test, or say where with -C or --output-dir");
    if (name.empty())
        return *std::ranges::max_element(verdicts, {}, ended_at);
    if (const auto runs = runs_of(output_directory, name); !runs.empty())
        return runs.back();
    for (const auto& verdict : verdicts)
        if (const auto run = run_name(verdict); run == name || attempt_name(run, 1) == name)
            return verdict;
    std::vector<std::string> names;
    std::ranges::transform(verdicts, std::back_inserter(names), run_name);
    throw Error(
        fmt::format("No run of '{}' has ended in '{}'", name, output_directory.string()),
        did_you_mean(name, {names.begin(), names.end()}));
}

} // namespace bootproof
