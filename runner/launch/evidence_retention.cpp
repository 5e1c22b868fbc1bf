// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/evidence_retention.hpp"

#include "base/error.hpp"
#include "launch/find_runs.hpp"
#include "launch/kept_files.hpp"
#include "plan/run_resources.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"
#include "sys/lock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace bootproof {

namespace {

using Path = std::filesystem::path;
using Worth = KeptEvidence::Worth;
using Clock = std::chrono::system_clock;

void add_files(const Path& path, std::vector<DiskFile>& files) {
    std::error_code ignored;
    if (std::filesystem::is_directory(std::filesystem::symlink_status(path, ignored)))
        for (const auto& entry : std::filesystem::directory_iterator(path, ignored))
            add_files(entry.path(), files);
    else if (const auto file = disk_file(path))
        files.push_back(*file);
}

/// Files of several names, like a journal that "last" has, too, take their room once; and none
/// where somebody else has a name for them, like the image's base of a kept machine.
void measure(std::vector<KeptEvidence>& all) {
    const auto id_of = [](const DiskFile& file) { return std::pair(file.device, file.inode); };
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> names;
    std::vector<std::vector<DiskFile>> files(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const auto& path : all[i].paths)
            add_files(path, files[i]);
        for (const auto& file : files[i])
            ++names[id_of(file)];
    }
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto& file : files[i])
            if (std::exchange(names[id_of(file)], 0) == file.links)
                all[i].bytes += file.bytes;
}

Clock::time_point modified(const Path& file) {
    return Clock::time_point(
        std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(ended_at(file))));
}

std::vector<Path> entries_of(const Path& directory) {
    std::error_code ignored;
    std::vector<Path> entries;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
        entries.push_back(entry.path());
    std::ranges::sort(entries);
    return entries;
}

bool is_passed(const Path& verdict, const HasPassed& has_passed) {
    try {
        return has_passed(verdict);
    } catch (const Error&) {
        // Of another version of bootproof, or damaged.
        return false;
    }
}

/// Of the run with that directory.
Clock::time_point ended_in(const Path& directory) {
    std::error_code ignored;
    const auto verdict = directory / verdict_name;
    return modified(std::filesystem::exists(verdict, ignored) ? verdict : console_log(directory));
}

/// Nothing where a run has only begun.
std::optional<KeptEvidence>
evidence_of_run(const Path& directory, std::vector<Path> last, const HasPassed& has_passed) {
    std::error_code ignored;
    const auto stem = (directory.parent_path() / directory.stem()).string();
    const auto verdict = directory / verdict_name;
    const bool has_verdict = std::filesystem::exists(verdict, ignored);
    if (!has_verdict && !std::filesystem::exists(console_log(directory), ignored))
        return std::nullopt;
    KeptEvidence evidence{
        .paths = std::move(last),
        .worth = has_verdict && is_passed(verdict, has_passed) ? Worth::passed : Worth::broken,
        .ended = ended_in(directory)};
    std::ranges::move(journal_files(stem + ".journal"), std::back_inserter(evidence.paths));
    // Without its run, nobody would find a machine any more.
    if (const Path machine = stem + std::string(kept_extension);
        std::filesystem::exists(machine, ignored)) {
        evidence.paths.push_back(machine);
        // It is written last: without it, the runner was killed, and nobody can resume the machine.
        if (may_be_kept(machine))
            evidence.worth = Worth::machine;
    }
    evidence.paths.push_back(directory);
    return evidence;
}

std::vector<KeptEvidence> list_evidence(const Path& output_directory, const HasPassed& has_passed) {
    std::vector<KeptEvidence> all;
    auto last = entries_of(output_directory / "last");
    std::error_code ignored;
    for (const auto& entry : entries_of(output_directory)) {
        if (entry.extension() != run_extension)
            continue;
        const auto is_other = [&](const Path& each) {
            return !std::filesystem::equivalent(each / verdict_name, entry / verdict_name, ignored);
        };
        const auto own = std::stable_partition(last.begin(), last.end(), is_other);
        if (auto evidence = evidence_of_run(entry, {own, last.end()}, has_passed))
            all.push_back(std::move(*evidence));
        last.erase(own, last.end());
    }
    // What a later run of the test has replaced elsewhere.
    for (const auto& entry : last)
        all.push_back(
            {.paths = {entry},
             .worth = is_passed(entry / verdict_name, has_passed) ? Worth::passed : Worth::broken,
             .ended = ended_in(entry)});
    measure(all);
    return all;
}

/// Whoever runs the test again has the lock, and has removed it all himself.
void remove(const Path& output_directory, const KeptEvidence& evidence) {
    const auto run = output_directory / evidence.paths.back().stem();
    const auto console = console_log(run.string() + std::string(run_extension));
    std::error_code ignored;
    const auto lock = try_lock(console);
    if (!lock && std::filesystem::exists(console, ignored))
        return;
    const auto& directory = evidence.paths.back();
    // It may have been run again since it was chosen.
    if (ended_in(directory) != evidence.ended)
        return;
    for (const auto& path : std::span(evidence.paths).first(evidence.paths.size() - 1))
        std::filesystem::remove_all(path, ignored);
    remove_directory(directory);
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
        const bool is_old =
            limits.age
            && std::chrono::duration_cast<std::chrono::hours>(now - each.ended) > *limits.age;
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
