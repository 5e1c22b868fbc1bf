// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/find_runs.hpp"

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bootproof {

std::int64_t ended_at(const std::filesystem::path& verdict) {
    const auto stamp = file_stamp(verdict);
    return stamp ? stamp->modified : 0;
}

std::string run_name(const std::filesystem::path& verdict) {
    return verdict.parent_path().stem().string();
}

std::filesystem::path output_directory_of(
    const std::filesystem::path& given, const std::filesystem::path& build_directory) {
    if (!given.empty())
        return std::filesystem::absolute(given);
    return build_directory.empty() ? std::filesystem::current_path()
                                   : build_directory / "test" / "journal";
}

std::string attempt_name(const std::string& first, unsigned attempt) {
    return fmt::format("{}.try{}", first, attempt);
}

std::vector<unsigned>
later_attempts(const std::filesystem::path& output_directory, const std::string& first) {
    std::vector<unsigned> attempts;
    const auto prefix = first + ".try";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(output_directory, ignored)) {
        const auto stem = entry.path().stem().string();
        if (entry.path().extension() != run_extension || !stem.starts_with(prefix))
            continue;
        unsigned attempt = 0;
        const auto* const end = stem.data() + stem.size();
        const auto [stopped, code] = std::from_chars(stem.data() + prefix.size(), end, attempt);
        if (code == std::errc() && stopped == end)
            attempts.push_back(attempt);
    }
    std::ranges::sort(attempts);
    return attempts;
}

std::filesystem::path
last_run(const std::filesystem::path& output_directory, const std::string& test, LastRun which) {
    return output_directory / "last"
           / fmt::format("{}.{}", test, which == LastRun::passed ? "passed" : "failed");
}

std::vector<std::filesystem::path> find_runs(const std::filesystem::path& output_directory) {
    std::vector<std::filesystem::path> verdicts;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(output_directory, ignored))
        if (entry.path().extension() == run_extension
            && std::filesystem::exists(entry.path() / verdict_name, ignored))
            verdicts.push_back(entry.path() / verdict_name);
    std::ranges::sort(verdicts);
    return verdicts;
}

std::filesystem::path
find_run(const std::filesystem::path& output_directory, const std::string& test) {
    const auto verdicts = find_runs(output_directory);
    if (verdicts.empty())
        throw Error(
            fmt::format("No run has left anything in '{}'", output_directory.string()),
            "Run a test, or say where with -C or --output-dir");
    if (test.empty())
        return *std::ranges::max_element(verdicts, {}, ended_at);
    if (const auto found = std::ranges::find(verdicts, test, run_name); found != verdicts.end())
        return *found;
    std::vector<std::string> names;
    std::ranges::transform(verdicts, std::back_inserter(names), run_name);
    throw Error(
        fmt::format("No run of '{}' has ended in '{}'", test, output_directory.string()),
        did_you_mean(test, {names.begin(), names.end()}));
}

} // namespace bootproof
