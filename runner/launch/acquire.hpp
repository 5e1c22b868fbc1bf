// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/run_directory.hpp"
#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"
#include "plan/run_resources.hpp"
#include "sys/unique_fd.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace bootproof {

/// What a run holds while it lives. The values are what planning sees; everything goes with this
/// object, but for journal and console log, which are the results.
struct AcquiredResources {
    RunResources values;
    std::unique_ptr<RunDirectory> directory;
    /// The console log, open for writing and locked: a second run of the same test would mix with
    /// this one.
    UniqueFd console_log;
    /// Present where values.vsock is.
    UniqueFd vhost_vsock;
    UniqueFd notify_listener;
    UniqueFd journal_listener;
};

/// Makes the directories, files and sockets of one run. Throws Error naming what could not be had.
AcquiredResources acquire_resources(
    const std::string& test,
    const RunOptions& options,
    const HostCapabilities& host,
    Backend backend);

/// The directory for what is left of a run, and the lock on it.
struct EvidencePlace {
    std::filesystem::path directory;
    UniqueFd lock;
};

/// For the verdict of a run that came to no machine. What is there is kept where
/// acquire_resources() has given the place to this run ('is_own'), otherwise it is of an earlier
/// run, and removed. Nothing where another run writes there, or no directory can be made. Throws
/// Error naming what else could not be had.
std::optional<EvidencePlace>
acquire_evidence(const std::string& test, const RunOptions& options, bool is_own);

/// Removes all that the run of that name has left there, its kept machine and its journal included,
/// unless it is still going on.
void remove_run(const std::filesystem::path& output_directory, const std::string& name);

/// Removes a journal, and what was rotated out of it.
void remove_journal(const std::filesystem::path& journal);

/// Puts a journal, and what was rotated out of it, where journals are kept, if it was written
/// elsewhere (TEST_JOURNAL_USE_TMP), and returns its path there; empty where there is none, and,
/// with a warning, where there is no room for it.
std::filesystem::path keep_journal(const std::filesystem::path& journal, const RunOptions& options);

/// The same values without taking anything, for `bootproof plan`.
RunResources imagine_resources(const std::string& test, const RunOptions& options);

} // namespace bootproof
