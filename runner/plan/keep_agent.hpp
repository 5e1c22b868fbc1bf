// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/terminal.hpp"
#include "plan/credential.hpp"
#include "plan/plan_launch.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

// A machine whose test fails is kept as it stands: saved with its memory and disks before the
// failure of the unit has any effect, to go on when a person resumes it.

/// For systemd.wants= on the kernel command line.
inline constexpr std::string_view keep_agent_unit = "bootproof-keep.service";

/// What follows the exit status in the message that says how the test has ended, while the machine
/// stands still to be saved.
inline constexpr std::string_view waits_word = "waits";

/// The machine of this run is to be kept when its test fails.
bool keeps_failed(const PlanInput& input);

/// Why a machine cannot be kept although that was asked for; empty where it can.
std::string why_not_kept(const PlanInput& input);

/// What was in a file that the machine wrote to, by the number of its descriptor.
std::filesystem::path kept_file(const std::filesystem::path& kept_machine, int number);

/// The units of the guest, as credentials: one that waits for a person's instructions once the
/// machine is resumed, and one that says that the test has failed and waits to be saved.
std::vector<Credential> keep_units(const PlanInput& input);

/// Of the section [Service] of the test's unit: a failure starts the unit that waits, before
/// directories of the unit are removed and before FailureAction=.
std::string keep_settings();

/// A command for ExecStart= that has the machine kept with this exit status, and then fails.
std::string keep_and_fail(int status);

/// What the agent of a resumed machine is told: a root shell on the console, at whose end the
/// machine ends. In emergency mode there is or will be another shell on it, which is stopped first.
std::string resume_instructions(const Terminal& terminal, bool has_emergency);

} // namespace bootproof
