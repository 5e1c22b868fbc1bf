// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Of a guest that does not take units as credentials: it writes the drop-ins, which need a
/// directory, and starts the test.
inline constexpr std::string_view start_unit = "bootproof-start.service";

/// Where a machine of either kind has its credentials.
std::string_view credentials_directory(MachineKind kind);

/// Units as credentials of an older guest: those that are called like a unit are found by
/// SYSTEMD_UNIT_PATH=, as the directory of credentials is part of it. Drop-ins, and units whose
/// names fw_cfg does not take, are in a script, which 'start_unit' runs.
std::vector<Credential>
units_by_name(const PlanInput& input, const std::vector<Credential>& credentials);

/// The units that tell the exit status where the guest does not, and then end the machine. The
/// test's unit starts them when it has ended (systemd.unit(5), OnSuccess=, OnFailure=).
std::vector<Credential> status_units(const PlanInput& input);

/// The same for a status that is known beforehand: a command for a unit's ExecStart=, which fails.
std::string tell_and_fail(const PlanInput& input, int status);

/// A unit that has journald keep its journal on the disk: where there is a directory for it.
std::vector<Credential> journal_directory();

} // namespace bootproof
