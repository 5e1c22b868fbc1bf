// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/run_directory.hpp"

#include "base/error.hpp"
#include "sys/cgroup.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"
#include "sys/process_identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace bootproof {

namespace {

constexpr std::string_view machine_file = "machine";
constexpr std::string_view cgroup_file = "cgroup";
constexpr std::string_view test_file = "test";
constexpr std::string_view why_not_attached_file = "why-not-attached";
constexpr std::size_t longest_line = 4096;

ProcessIdentity recorded_machine(const std::filesystem::path& directory) {
    std::istringstream words(read_file_tail(directory / machine_file, 256));
    ProcessIdentity machine;
    words >> machine.pid >> machine.start_time;
    return machine;
}

void remove_recorded_cgroup(const std::filesystem::path& directory) {
    if (const auto name = read_file_tail(directory / cgroup_file, longest_line); !name.empty())
        remove_cgroup(name);
}

/// So that nobody sweeps a directory that is made, but not locked yet.
UniqueFd lock_runtime(const std::filesystem::path& runtime) {
    return lock_file(runtime / ".lock");
}

std::vector<std::filesystem::path> sweep_locked(const std::filesystem::path& runtime) {
    std::vector<std::filesystem::path> removed;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(runtime, ignored)) {
        if (!entry.is_directory(ignored))
            continue;
        const auto lock = try_lock(entry.path());
        if (!lock)
            continue;
        kill_process(recorded_machine(entry.path()));
        remove_recorded_cgroup(entry.path());
        std::filesystem::remove_all(entry.path(), ignored);
        removed.push_back(entry.path());
    }
    return removed;
}

} // namespace

RunDirectory::RunDirectory(const std::filesystem::path& runtime, const std::string& test) {
    make_private_directory(runtime);
    const auto lock = lock_runtime(runtime);
    sweep_locked(runtime);
    // The paths of sockets are short (unix(7)).
    path_ = make_unique_directory(runtime / test.substr(0, 32));
    lock_ = try_lock(path_);
    write_file(path_ / test_file, test, 0600);
}

RunDirectory::~RunDirectory() {
    remove_recorded_cgroup(path_);
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void RunDirectory::record_machine(int pid) const {
    write_file(
        path_ / machine_file, fmt::format("{} {}\n", pid, identify_process(pid).start_time), 0600);
}

void RunDirectory::record_cgroup(const std::string& name) const {
    if (!name.empty())
        write_file(path_ / cgroup_file, name, 0600);
}

void RunDirectory::record_why_not_attached(const std::string& reason) const {
    if (!reason.empty())
        write_file(path_ / why_not_attached_file, reason, 0600);
}

std::vector<LiveRun> live_runs(const std::filesystem::path& runtime) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(runtime, ignored))
        return {};
    make_private_directory(runtime);
    const auto lock = lock_runtime(runtime);
    std::vector<LiveRun> runs;
    for (const auto& entry : std::filesystem::directory_iterator(runtime, ignored)) {
        if (!entry.is_directory(ignored) || try_lock(entry.path()))
            continue;
        runs.push_back(
            {.test = read_file_tail(entry.path() / test_file, longest_line),
             .directory = entry.path(),
             .why_not_attached = read_file_tail(entry.path() / why_not_attached_file, longest_line),
             .machine_pid = recorded_machine(entry.path()).pid});
    }
    std::ranges::sort(runs, {}, &LiveRun::test);
    return runs;
}

std::vector<std::filesystem::path> sweep(const std::filesystem::path& runtime) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(runtime, ignored))
        return {};
    make_private_directory(runtime);
    const auto lock = lock_runtime(runtime);
    return sweep_locked(runtime);
}

} // namespace bootproof
