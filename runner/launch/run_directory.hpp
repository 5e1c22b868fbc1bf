// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

/// The private directory of one run, below the runtime directory of the user. A lock on it says
/// that the run lives; what a killed runner leaves behind has no lock, and goes when the next one
/// comes.
class RunDirectory {
public:
    /// Removes what dead runs have left, and makes a new one. Throws Error naming the directory.
    RunDirectory(const std::filesystem::path& runtime, const std::string& test);
    RunDirectory(const RunDirectory&) = delete;
    RunDirectory& operator=(const RunDirectory&) = delete;
    RunDirectory(RunDirectory&&) = delete;
    RunDirectory& operator=(RunDirectory&&) = delete;
    ~RunDirectory();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Lets sweep() find the machine if this runner should be killed, and its guard as well.
    void record_machine(int pid) const;
    /// The same for its control group (remove_cgroup()); empty for none. It is removed with the
    /// directory.
    void record_cgroup(const std::string& name) const;
    /// Why nobody can attach to the machine; empty where everybody can.
    void record_why_not_attached(const std::string& reason) const;

private:
    std::filesystem::path path_;
    UniqueFd lock_;
};

/// A run that goes on, for whoever wants to attach to its machine.
struct LiveRun {
    std::string test;
    std::filesystem::path directory;
    std::string why_not_attached;
    /// The process that was started for it; 0 before there is one.
    int machine_pid = 0;
};

/// By the names of their tests.
std::vector<LiveRun> live_runs(const std::filesystem::path& runtime);

/// Removes the directories of dead runs and kills their machines; returns what it removed.
std::vector<std::filesystem::path> sweep(const std::filesystem::path& runtime);

} // namespace bootproof
