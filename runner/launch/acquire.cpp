// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/acquire.hpp"

#include "base/error.hpp"
#include "launch/find_runs.hpp"
#include "launch/log.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"
#include "sys/lock.hpp"
#include "sys/socket.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

namespace bootproof {

namespace {

/// The number under which QEMU finds the vhost descriptor.
constexpr int vhost_fd_in_child = 10;
/// For a machine whose runner was killed a moment ago, and for evidence that is being removed.
constexpr std::chrono::seconds patience(3);

std::string file_stem(const std::string& test, const RunOptions& options) {
    // Each repetition of `meson test --repeat` keeps its own.
    const auto name = options.iteration > 1 ? fmt::format("{}-{}", test, options.iteration) : test;
    return options.attempt > 1 ? attempt_name(name, options.attempt) : name;
}

RunResources name_files(const std::string& test, const RunOptions& options) {
    const auto stem = options.output_directory / file_stem(test, options);
    return {
        .directory = {},
        .overlay_directory = options.directories.temporary,
        .evidence = stem.string() + std::string(run_extension),
        .journal = stem.string() + ".journal",
        .vsock = std::nullopt,
        .kept_machine = stem.string() + std::string(kept_extension),
        .now = std::chrono::system_clock::now(),
    };
}

UniqueFd open_console_log(const std::filesystem::path& path) {
    if (auto fd = create_locked_file(path, patience))
        return fd;
    throw Error(
        fmt::format("Another run of this test writes '{}'", path.string()),
        "Wait for it, or choose another place with --output-dir");
}

void make_evidence_directory(const std::filesystem::path& directory) {
    std::error_code code;
    std::filesystem::create_directories(directory, code);
    if (code)
        throw Error(
            fmt::format("Failed to create '{}': {}", directory.string(), code.message()),
            "Choose another place with --output-dir");
}

/// What an earlier run of the test has left.
void remove_evidence(const std::filesystem::path& directory) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
        if (entry.path() != console_log(directory))
            std::filesystem::remove_all(entry.path(), ignored);
}

/// What earlier runs have left where this one is to leave what it finds; its lock is held.
void clear_place(const RunResources& values, const std::string& test, const RunOptions& options) {
    remove_evidence(values.evidence);
    std::error_code ignored;
    std::filesystem::remove_all(values.kept_machine, ignored);
    remove_journal(values.journal);
    if (options.attempt > 1)
        return;
    const auto first = file_stem(test, options);
    for (const auto attempt : later_attempts(options.output_directory, first))
        try_anyway([&] { remove_run(options.output_directory, attempt_name(first, attempt)); });
}

void check_writable(const std::filesystem::path& directory) {
    if (!can_write(directory))
        throw Error(
            fmt::format(
                "'{}', where disks of guests go, is no directory that can be written",
                directory.string()),
            ask_doctor("Set TMPDIR to a directory with room"));
}

bool check_in_memory(const std::filesystem::path& directory) {
    const bool in_memory = is_in_memory(directory);
    if (!in_memory)
        log_warning(fmt::format(
            "TEST_JOURNAL_USE_TMP is set, but '{}' is not in memory, ignoring (XDG_RUNTIME_DIR "
            "says where it is)",
            directory.string()));
    return in_memory;
}

} // namespace

AcquiredResources acquire_resources(
    const std::string& test,
    const RunOptions& options,
    const HostCapabilities& host,
    Backend backend) {
    AcquiredResources acquired{
        .values = name_files(test, options),
        .directory = {},
        .console_log = {},
        .vhost_vsock = {},
        .notify_listener = {},
        .journal_listener = {},
    };
    auto& values = acquired.values;
    make_evidence_directory(values.evidence);
    check_writable(values.overlay_directory);
    acquired.console_log = open_console_log(console_log(values.evidence));
    // Whoever has the lock has the directory.
    clear_place(values, test, options);
    acquired.directory = std::make_unique<RunDirectory>(options.directories.runtime, test);
    values.directory = acquired.directory->path();
    if (options.journal_in_memory && check_in_memory(values.directory))
        values.journal = values.directory / values.journal.filename();
    // The device is a descriptor, which other backends do not hand on, and which is not saved.
    if (host.vsock && backend == Backend::qemu && !options.keep_failed) {
        VsockResources vsock{.vhost_fd = vhost_fd_in_child};
        acquired.vhost_vsock = claim_vsock_cid(vsock.guest_cid);
        acquired.notify_listener = listen_vsock(vsock.notify_port);
        acquired.journal_listener = listen_vsock(vsock.journal_port);
        values.vsock = vsock;
    }
    return acquired;
}

std::optional<EvidencePlace>
acquire_evidence(const std::string& test, const RunOptions& options, bool is_own) {
    const auto values = name_files(test, options);
    const auto console = console_log(values.evidence);
    std::error_code code;
    std::filesystem::create_directories(values.evidence, code);
    if (code)
        return std::nullopt;
    auto lock = is_own ? try_lock_file(console) : create_locked_file(console, {});
    if (!lock)
        return std::nullopt;
    if (is_own)
        std::filesystem::remove_all(values.kept_machine, code);
    else
        clear_place(values, test, options);
    return EvidencePlace{.directory = values.evidence, .lock = std::move(lock)};
}

void remove_run(const std::filesystem::path& output_directory, const std::string& name) {
    const auto stem = (output_directory / name).string();
    const std::filesystem::path evidence = stem + std::string(run_extension);
    const auto lock = try_lock_file(console_log(evidence));
    if (!lock)
        return;
    std::error_code ignored;
    std::filesystem::remove_all(stem + std::string(kept_extension), ignored);
    remove_journal(stem + ".journal");
    remove_directory(evidence);
}

void remove_journal(const std::filesystem::path& journal) {
    std::error_code ignored;
    for (const auto& file : journal_files(journal))
        std::filesystem::remove(file, ignored);
}

std::filesystem::path
keep_journal(const std::filesystem::path& journal, const RunOptions& options) {
    const auto files = journal_files(journal);
    if (files.empty())
        return {};
    try {
        for (const auto& file : files) {
            // Journals are made larger in large steps, so that most of a short one is empty.
            try_anyway([&] { dig_holes(file); });
            if (const auto kept = options.output_directory / file.filename(); kept != file) {
                copy_whole_file(file, kept);
                std::error_code ignored;
                std::filesystem::remove(file, ignored);
            }
        }
    } catch (const Error& error) {
        // It has been read, and the verdict stands.
        log_warning(fmt::format("The journal is not kept: {}", error.what()));
        return {};
    }
    return options.output_directory / journal.filename();
}

RunResources imagine_resources(const std::string& test, const RunOptions& options) {
    auto values = name_files(test, options);
    values.directory = options.directories.runtime / fmt::format("{}.plan", test.substr(0, 32));
    return values;
}

} // namespace bootproof
