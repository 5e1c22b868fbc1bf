// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/run_directory.hpp"

#include "base/error.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace bootproof {

namespace {

constexpr std::string_view machine_file = "machine";

/// Field 22 of proc(5)'s stat: with the number it names a process for good. Empty when there is no such process.
std::string start_time(pid_t pid) {
    std::string stat;
    try {
        stat = read_file(fmt::format("/proc/{}/stat", pid));
    } catch (const Error&) {
        return {};
    }
    // The second field is the command in parentheses and may hold anything; the third comes after the last of them.
    std::istringstream fields(stat.substr(std::min(stat.rfind(')') + 1, stat.size())));
    std::string field;
    for (int number = 3; number <= 22; ++number)
        fields >> field;
    return field;
}

void kill_recorded_machine(const std::filesystem::path& directory) {
    std::string record;
    try {
        record = read_file(directory / machine_file);
    } catch (const Error&) {
        return;
    }
    std::istringstream words(record);
    pid_t pid = 0;
    std::string started;
    words >> pid >> started;
    if (pid > 1 && !started.empty() && start_time(pid) == started)
        ::kill(pid, SIGKILL);
}

/// /tmp is everybody's: a directory of that name that somebody else has made must not be used.
void make_private(const std::filesystem::path& directory) {
    std::error_code ignored;
    std::filesystem::create_directories(directory.parent_path(), ignored);
    if (::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST)
        throw system_error(errno, fmt::format("Failed to create '{}'", directory.string()));
    struct stat info {};
    if (::lstat(directory.c_str(), &info) < 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()
        || (info.st_mode & 077) != 0)
        throw Error(
            fmt::format("'{}' is not a private directory of this user", directory.string()),
            "Remove it, or set XDG_RUNTIME_DIR");
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
        kill_recorded_machine(entry.path());
        std::filesystem::remove_all(entry.path(), ignored);
        removed.push_back(entry.path());
    }
    return removed;
}

} // namespace

RunDirectory::RunDirectory(const std::filesystem::path& runtime, const std::string& test) {
    make_private(runtime);
    const auto lock = lock_runtime(runtime);
    sweep_locked(runtime);
    // The paths of sockets are short (unix(7)).
    auto path = (runtime / fmt::format("{}.XXXXXX", test.substr(0, 32))).string();
    if (::mkdtemp(path.data()) == nullptr)
        throw system_error(errno, fmt::format("Failed to create '{}'", path));
    path_ = path;
    lock_ = try_lock(path_);
}

RunDirectory::~RunDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void RunDirectory::record_machine(pid_t pid) const {
    write_file(path_ / machine_file, fmt::format("{} {}\n", pid, start_time(pid)), 0600);
}

std::vector<std::filesystem::path> sweep(const std::filesystem::path& runtime) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(runtime, ignored))
        return {};
    make_private(runtime);
    const auto lock = lock_runtime(runtime);
    return sweep_locked(runtime);
}

} // namespace bootproof
