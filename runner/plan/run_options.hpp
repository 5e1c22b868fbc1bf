// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/backend.hpp"
#include "base/terminal.hpp"
#include "descriptor/test_descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

/// auto: KVM where a test boot has proven it, else TCG.
enum class AcceleratorChoice : std::uint8_t { automatic, kvm, tcg };

/// auto: a container where test and host allow it, else a virtual machine.
enum class MachineRequest : std::uint8_t { automatic, vm, container };

/// Who is at the console.
enum class Console : std::uint8_t {
    /// Nobody: the test runs, and the machine ends.
    unattended,
    /// A person: the test runs on the terminal, and the machine stays up when it fails.
    interactive,
    /// A person: the machine boots, and the test is not started.
    shell,
};

/// Where the host keeps things; from the environment (XDG Base Directory Specification).
struct HostDirectories {
    /// Where a CI has the project; empty outside of one.
    std::filesystem::path project;
    /// $XDG_RUNTIME_DIR/bootproof, or /tmp/bootproof-UID
    std::filesystem::path runtime;
    /// $XDG_CACHE_HOME/bootproof
    std::filesystem::path cache;
    /// $XDG_CONFIG_HOME/qemu/firmware comes before the system's firmware descriptors.
    std::filesystem::path configuration;
    /// $TMPDIR, or /var/tmp: what guests write to their disks may be large.
    std::filesystem::path temporary;
    /// $PATH
    std::string search_path;
};

/// Of the saved machines of one build directory; what was of no use for longest goes first.
struct SavedMachineLimits {
    unsigned count = 8;
    std::uint64_t bytes = std::uint64_t{8} << 30;
};

/// What runs may leave in the output directory.
struct EvidenceLimits {
    /// Of one console log.
    std::uint64_t console_bytes = std::uint64_t{64} << 20;
    /// Of all together, on the disk.
    std::optional<std::uint64_t> bytes;
    /// Since the run has ended.
    std::optional<std::chrono::hours> age;
};

/// Further attempts at a test that does not pass.
struct Retries {
    unsigned count = 0;
    /// Of one that has failed or timed out, too; otherwise only of a run that could not be judged.
    bool failures = false;
};

/// When a journal is left where it was written.
enum class SaveJournal : std::uint8_t { always, on_failure, never };

/// What one invocation asks for, from its command line and environment.
struct RunOptions {
    Console console = Console::unattended;
    MachineRequest machine = MachineRequest::automatic;
    /// Nothing: the first that can.
    std::optional<Backend> backend;
    AcceleratorChoice accelerator = AcceleratorChoice::automatic;
    /// Goes over the declaration's.
    std::optional<Boot> boot;
    SavedMachineLimits saved_machine_limits;
    /// Multiplies every deadline; nothing: 1 under KVM and 4 under TCG.
    std::optional<double> timeout_factor;
    /// A QEMU binary to use instead of the one in $PATH.
    std::filesystem::path qemu;
    /// A systemd-nspawn to use instead of the one in $PATH.
    std::filesystem::path nspawn;
    /// The manifest of an image to use instead of the declared one.
    std::filesystem::path image;
    /// TEST_MKOSI_ARGS: options of mkosi for `wrapper`, as one line.
    std::string mkosi_options;
    /// Where journals and console logs go.
    std::filesystem::path output_directory;
    SaveJournal save_journal = SaveJournal::always;
    /// TEST_JOURNAL_USE_TMP: the journal is written in the run's own directory, which is in memory,
    /// and goes to its place at the end.
    bool journal_in_memory = false;
    /// A machine whose test fails is kept, to be resumed.
    bool keep_failed = false;
    EvidenceLimits evidence_limits;
    /// Where the image's programs were built, with the notes of gcov(1) on them: coverage is
    /// collected. Empty: it is not.
    std::filesystem::path coverage_build;
    /// Where saved machines are kept; empty where there is no build directory.
    std::filesystem::path machines_directory;
    /// The JUnit file to write; empty for none.
    std::filesystem::path junit;
    /// Write the result as TAP to standard output.
    bool tap = false;
    /// Of a plan that is only printed: as JSON, not as a script.
    bool plan_as_json = false;
    /// The same: one for each backend.
    bool every_backend = false;
    /// Why the caller does not want the test to run now (a build option, say).
    std::string skip;
    /// SYSTEMD_INTEGRATION_TESTS: 1 runs tests whatever 'skip' says, 0 skips all.
    std::optional<bool> integration_tests;
    /// SYSTEMD_SLOW_TESTS
    bool slow_tests = false;
    /// TEST_SKIP: words; a test whose name contains one is skipped.
    std::vector<std::string> skip_words;
    /// Goes over the declared environment of the test's unit.
    std::map<std::string, std::string> guest_environment;
    /// MESON_TEST_ITERATION, from 1.
    unsigned iteration = 1;
    /// From 1; each one keeps its own evidence, and the first removes that of the others.
    unsigned attempt = 1;
    Retries retries;
    HostDirectories directories;
    /// Of whoever is at the console.
    Terminal terminal;
    /// Say each command that is run.
    bool verbose = false;
    /// SGR sequences on standard error.
    bool colour = false;
    /// Somebody is watching standard error.
    bool progress = false;
};

/// What kind of machine the caller says, by itself or by the backend.
inline MachineRequest asked_machine(const RunOptions& options) {
    if (options.machine != MachineRequest::automatic)
        return options.machine;
    if (!options.backend)
        // A container cannot be kept.
        return options.keep_failed ? MachineRequest::vm : MachineRequest::automatic;
    const auto kind = only_kind(*options.backend);
    if (!kind)
        return MachineRequest::automatic;
    return *kind == MachineKind::vm ? MachineRequest::vm : MachineRequest::container;
}

/// What the caller says, or else the declaration.
inline Boot asked_boot(const TestDescriptor& descriptor, const RunOptions& options) {
    return options.boot.value_or(descriptor.boot);
}

} // namespace bootproof
