// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/evidence_retention.hpp"

#include "launch/find_runs.hpp"
#include "plan/run_resources.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"
#include "sys/lock.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <tuple>
#include <utility>

namespace bootproof {

namespace {

using Path = std::filesystem::path;
using Worth = KeptEvidence::Worth;
using Clock = std::chrono::system_clock;

std::uint64_t bytes_below(const Path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(path, ignored)))
        return bytes_on_disk(path);
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path, ignored))
        bytes += bytes_below(entry.path());
    return bytes;
}

KeptEvidence measure(std::vector<Path> paths, Worth worth, Clock::time_point ended) {
    KeptEvidence evidence{.paths = std::move(paths), .worth = worth, .ended = ended};
    for (const auto& path : evidence.paths)
        evidence.bytes += bytes_below(path);
    return evidence;
}

Clock::time_point ended(const Path& verdict) {
    return Clock::time_point(
        std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(ended_at(verdict))));
}

/// The directories below "last" that have links to that run's files.
std::vector<Path> last_of(const Path& output_directory, const Path& verdict) {
    std::vector<Path> found;
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::directory_iterator(output_directory / "last", ignored))
        if (std::filesystem::equivalent(entry.path() / verdict_name, verdict, ignored))
            found.push_back(entry.path());
    return found;
}

std::vector<KeptEvidence> list_evidence(const Path& output_directory, const HasPassed& has_passed) {
    std::vector<KeptEvidence> all;
    for (const auto& verdict : find_runs(output_directory)) {
        const auto name = run_name(verdict);
        const auto stem = (output_directory / name).string();
        auto paths = last_of(output_directory, verdict);
        std::ranges::move(journal_files(stem + ".journal"), std::back_inserter(paths));
        paths.push_back(verdict.parent_path());
        const auto when = ended(verdict);
        all.push_back(
            measure(std::move(paths), has_passed(verdict) ? Worth::passed : Worth::broken, when));
        std::error_code ignored;
        if (const Path machine = stem + std::string(kept_extension);
            std::filesystem::exists(machine, ignored))
            all.push_back(measure({machine}, Worth::machine, when));
    }
    return all;
}

/// Whoever runs the test again has the lock, and has removed it all himself.
void remove(const Path& output_directory, const KeptEvidence& evidence) {
    const auto run = output_directory / evidence.paths.back().stem();
    const auto lock = try_lock(console_log(run.string() + ".run"));
    if (!lock)
        return;
    std::error_code ignored;
    for (const auto& path : evidence.paths)
        std::filesystem::remove_all(path, ignored);
}

} // namespace

std::vector<KeptEvidence> choose_to_remove(
    std::vector<KeptEvidence> evidence,
    const std::string& run,
    const EvidenceLimits& limits,
    Clock::time_point now) {
    std::ranges::sort(
        evidence, {}, [](const KeptEvidence& each) { return std::tuple(each.worth, each.ended); });
    std::uint64_t bytes = 0;
    for (const auto& each : evidence)
        bytes += each.bytes;
    std::vector<KeptEvidence> chosen;
    for (auto& each : evidence) {
        const bool is_old = limits.age && now - each.ended > *limits.age;
        const bool has_room = !limits.bytes || bytes <= *limits.bytes;
        if (each.paths.back().stem() == run || (!is_old && has_room))
            continue;
        bytes -= each.bytes;
        chosen.push_back(std::move(each));
    }
    return chosen;
}

void remove_old_evidence(
    const Path& output_directory,
    const std::string& run,
    const EvidenceLimits& limits,
    const HasPassed& has_passed) {
    if (!limits.bytes && !limits.age)
        return;
    for (const auto& each :
         choose_to_remove(list_evidence(output_directory, has_passed), run, limits, Clock::now()))
        remove(output_directory, each);
}

} // namespace bootproof
