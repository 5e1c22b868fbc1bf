// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/find_runs.hpp"

#include "sys/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace bootproof {

namespace {

constexpr std::string_view attempt_mark = ".try";

/// What stands at the beginning of 'text' behind 'mark', which go from it both; nothing where they
/// do not stand there.
std::optional<unsigned> take_number(std::string_view& text, std::string_view mark) {
    if (!text.starts_with(mark))
        return std::nullopt;
    unsigned number = 0;
    const auto* const begin = text.data() + mark.size();
    const auto [end, code] = std::from_chars(begin, text.data() + text.size(), number);
    if (code != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

} // namespace

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
    return fmt::format("{}{}{}", first, attempt_mark, attempt);
}

bool may_be_run_of(std::string_view run, std::string_view test) {
    if (!run.starts_with(test))
        return false;
    run.remove_prefix(test.size());
    take_number(run, "-");
    take_number(run, attempt_mark);
    return run.empty();
}

std::vector<unsigned>
later_attempts(const std::filesystem::path& output_directory, const std::string& first) {
    std::vector<unsigned> attempts;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(output_directory, ignored)) {
        const auto stem = entry.path().stem().string();
        if (entry.path().extension() != run_extension || !stem.starts_with(first))
            continue;
        auto rest = std::string_view(stem).substr(first.size());
        if (const auto attempt = take_number(rest, attempt_mark); attempt && rest.empty())
            attempts.push_back(*attempt);
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

} // namespace bootproof
