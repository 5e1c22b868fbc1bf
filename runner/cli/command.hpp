// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/junit_flavor.hpp"
#include "descriptor/wrapper_arguments.hpp"
#include "plan/run_options.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bootproof {

/// Boot a machine and run a test in it.
struct RunCommand {
    std::string test;
    std::filesystem::path build_directory;
    RunOptions options;
};

/// Run a test that is described as systemd's integration-test-wrapper.py is told.
struct WrapperCommand {
    WrapperArguments arguments;
    /// Only print what would be done.
    bool plan = false;
    std::filesystem::path build_directory;
    RunOptions options;
};

/// Print what `run` would do.
struct PlanCommand {
    std::string test;
    std::filesystem::path build_directory;
    RunOptions options;
};

struct ListCommand {
    std::filesystem::path build_directory;
};

/// List the saved machines.
struct MachinesCommand {
    std::filesystem::path build_directory;
};

/// Tell of a run that is over.
struct ShowCommand {
    /// Empty: the last one.
    std::string test;
    std::filesystem::path build_directory;
    std::filesystem::path output_directory;
    bool colour = false;
};

/// Put all that a run has left into one archive.
struct PackCommand {
    /// Empty: the last run.
    std::string test;
    /// Empty: NAME.tar.zst in the current directory.
    std::filesystem::path file;
    std::filesystem::path build_directory;
    std::filesystem::path output_directory;
};

/// Lay the last run of a test that failed beside the last one that passed.
struct DiffCommand {
    std::string test;
    std::filesystem::path build_directory;
    std::filesystem::path output_directory;
};

/// Run tests again as they were run before.
struct RerunCommand {
    /// Empty: the last one, or with 'failed' all that did not pass.
    std::vector<std::string> tests;
    bool failed = false;
    unsigned repeat = 1;
    /// Stop when one does not pass; without a number of repetitions, go on until then.
    bool until_fail = false;
    std::optional<Boot> boot;
    std::filesystem::path build_directory;
    std::filesystem::path output_directory;
    /// What the run before does not say.
    RunOptions options;
};

/// Go on with a machine that was kept.
struct ResumeCommand {
    /// Empty: that of the last run.
    std::string test;
    /// The machine stands until a debugger lets it go on.
    bool debugger = false;
    std::filesystem::path build_directory;
    std::filesystem::path output_directory;
    RunOptions options;
};

/// Get a shell on a machine whose test runs.
struct AttachCommand {
    /// Empty: the only one.
    std::string test;
    std::filesystem::path runtime_directory;
    Terminal terminal;
};

enum class ReportFormat : std::uint8_t { html, junit, markdown, perfetto };

/// Make one report of all runs that are over.
struct ReportCommand {
    std::filesystem::path build_directory;
    std::filesystem::path output_directory;
    /// For standard output; without one, the page and JUnit are written into the output directory.
    std::optional<ReportFormat> format;
    JunitFlavor junit_flavor = JunitFlavor::strict;
    /// Where a CI has the project; empty outside of one.
    std::filesystem::path project;
};

/// Look at what this host has for tests.
struct DoctorCommand {
    std::filesystem::path build_directory;
    RunOptions options;
    bool json = false;
    bool colour = false;
};

/// Remove what killed runs have left, and saved machines.
struct GarbageCollectCommand {
    std::filesystem::path runtime_directory;
    std::filesystem::path build_directory;
};

/// Nothing to do any more: help or version was printed, or the command line was wrong and that was
/// said.
struct ExitCommand {
    int status = 0;
};

using Command = std::variant<
    RunCommand,
    WrapperCommand,
    PlanCommand,
    ListCommand,
    MachinesCommand,
    ShowCommand,
    ReportCommand,
    DiffCommand,
    PackCommand,
    RerunCommand,
    ResumeCommand,
    AttachCommand,
    DoctorCommand,
    GarbageCollectCommand,
    ExitCommand>;

/// Exit status for a command line that makes no sense; a test that could not be run has another.
inline constexpr int usage_status = 2;

/// Options given here win over those of the environment.
Command parse_command_line(int argc, char** argv, const RunOptions& environment);

} // namespace bootproof
