// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The units that a test starts when it has ended (systemd.unit(5), OnSuccess=, OnFailure=), where
/// the end of the machine does not tell how: in a forked one, and in a guest that is too old.
inline constexpr std::string_view passed_unit = "bootproof-passed.service";
inline constexpr std::string_view failed_unit = "bootproof-failed.service";

/// The test's unit as credentials: a drop-in where the image has the unit, else the unit and the
/// drop-in.
std::vector<Credential> unit_credentials(const PlanInput& input);

/// What ends a machine that nobody looks at when it drops to an emergency shell.
std::vector<Credential> emergency_exit(const PlanInput& input);

/// "NAME=VALUE" as Environment= reads it back (systemd.exec(5), systemd.syntax(7)).
std::string environment_assignment(std::string_view name, std::string_view value);

} // namespace bootproof
