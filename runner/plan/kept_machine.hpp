// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// A file of the host that QEMU opens by its path, and what it is called beside the machine.
struct KeptInput {
    std::filesystem::path path;
    std::string name;
};

/// Of a machine that was kept: what QEMU needs to go on with it, whoever asks and from wherever.
/// Stored beside its files as machine.json.
struct KeptMachine {
    std::string test;
    /// Only the same QEMU is sure to understand the state.
    std::string qemu_version;
    /// Why it was kept: "exit-status", "timeout", … (docs/verdicts.md).
    std::string reason;
    /// How it goes on. Paths below 'imagined_run' and 'imagined_kept' are of directories that
    /// resumed_plan() is told.
    LaunchPlan plan;
    /// What has to be put beside it; not stored.
    std::vector<KeptInput> inputs;
};

/// No such paths are on any host.
inline const std::filesystem::path imagined_run = "/@RUN@";
inline const std::filesystem::path imagined_kept = "/@KEPT@";

/// The machine of a run as it will go on at a person's terminal. Pure, as plan_launch() is.
KeptMachine plan_kept(const PlanInput& input, const std::string& reason);

std::string kept_machine_json(const KeptMachine& kept);

/// Throws Error naming the file.
KeptMachine parse_kept_machine(std::string_view json, const std::filesystem::path& file);

/// The plan with the directories of one resumption in place of the imagined ones.
LaunchPlan resumed_plan(
    const LaunchPlan& kept,
    const std::filesystem::path& run,
    const std::filesystem::path& kept_directory);

} // namespace bootproof
