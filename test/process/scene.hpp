// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/child_process.hpp"
#include "sys/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

using Milliseconds = std::chrono::milliseconds;

/// Longer than anything here takes when it works, on a busy machine and under sanitizers as well;
/// and shorter than the life of a fake machine, for one that ends by itself must not pass for one
/// that was ended.
inline constexpr Milliseconds patience{30000};

/// How a program ended, and what it left to read.
struct Ending {
    ExitInfo exit;
    std::string errors;
    std::string output;
    Milliseconds duration{};

    /// 128 and the signal where there is no status, as a shell has it.
    [[nodiscard]] int status() const { return exit.exit_status.value_or(128 + exit.signal); }
};

/// A program under test that runs.
class Started {
public:
    Started(
        const SpawnOptions& options,
        const std::filesystem::path& output,
        const std::filesystem::path& errors);

    [[nodiscard]] pid_t pid() const { return process_.pid(); }

    void kill(int signal_number) const { process_.kill(signal_number); }

    /// What it has written to standard error so far.
    [[nodiscard]] std::string errors() const;

    /// Nothing when it still runs after that time.
    std::optional<Ending> wait_for(Milliseconds limit);
    /// Fails the test when it takes too long.
    Ending wait();

private:
    ChildProcess process_;
    std::filesystem::path output_;
    std::filesystem::path errors_;
    std::chrono::steady_clock::time_point begin_;
};

/// A private world for the real bootproof and the fake machine: directories, an image, descriptors;
/// gone with the object.
class Scene {
public:
    Scene();
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;
    ~Scene();

    std::filesystem::path root;
    std::filesystem::path output;
    std::filesystem::path runtime;
    std::filesystem::path temporary;
    std::filesystem::path record;
    std::filesystem::path image;
    std::filesystem::path junit;
    /// Added to the environment of bootproof.
    std::map<std::string, std::string> environment;

    /// Writes a descriptor of the name; 'more' are further lines of YAML.
    [[nodiscard]] std::filesystem::path declare(
        const std::string& script,
        const std::string& more = {},
        const std::string& name = "subject") const;

    /// Writes a descriptor of a test that is forked; the machine that is saved plays the one
    /// script, the forked one the other.
    [[nodiscard]] std::filesystem::path declare_fork(
        const std::string& saved,
        const std::string& forked,
        const std::string& more = {},
        const std::string& name = "subject");

    /// Writes a descriptor for a container, and lets the fake systemd-nspawn play the script.
    [[nodiscard]] std::filesystem::path
    declare_container(const std::string& script, const std::string& more = {});

    [[nodiscard]] Started start(std::vector<std::string> arguments) const;
    /// `bootproof run` with JUnit beside the descriptor.
    [[nodiscard]] Started start_run(
        const std::filesystem::path& descriptor,
        const std::vector<std::string>& options = {}) const;
    [[nodiscard]] Ending
    run(const std::filesystem::path& descriptor,
        const std::vector<std::string>& options = {}) const;

    /// A command that looks at what runs have left.
    [[nodiscard]] Ending
    ask(const std::string& command, const std::vector<std::string>& words = {}) const;

    /// Waits until the fake machine marks that it has come so far in its script, and returns the
    /// pid that it names.
    pid_t await_mark(const std::string& label);

    [[nodiscard]] bool was_started() const;
    [[nodiscard]] std::vector<std::filesystem::path> run_directories() const;

    /// Checks that neither process, run directory nor temporary file is left.
    void check_clean() const;

private:
    void write_image() const;
    std::string next_mark();

    UniqueFd marks_;
    std::string marked_;
};

/// Reaps until no child and no orphan is left; false when one still lives after that time.
bool no_child_left(Milliseconds limit);

/// Waits for the end of a process that may be anybody's child.
bool await_end(pid_t pid);

/// "failure unit-failed", "error interrupted", "skipped …: …"; empty for a pass.
std::string junit_result(const std::filesystem::path& file);
/// The message of that element.
std::string junit_message(const std::filesystem::path& file);

bool contains(std::string_view text, std::string_view part);

/// The script of a machine that comes up, and whose test ends so.
std::string ending_with(int status);

/// The checked-in journal of that name.
std::filesystem::path journal_text(const std::string& name);

} // namespace bootproof
