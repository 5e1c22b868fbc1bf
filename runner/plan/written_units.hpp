// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/credential.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// What the names of credentials begin with that are units or drop-ins
/// (systemd-debug-generator(8)).
inline constexpr std::string_view extra_unit_prefix = "systemd.extra-unit.";
inline constexpr std::string_view unit_drop_in_prefix = "systemd.unit-dropin.";

/// Where units and drop-ins are put that come as such credentials after the generators have run. At
/// boot, systemd-debug-generator(8) writes them to /run/systemd/generator.early, but PID 1 does not
/// look again at what generators have written unless it is reloaded, which takes seconds.
inline constexpr std::string_view written_units_directory = "/run/bootproof/extra-units";

/// The unit that a drop-in is for, by the name of its credential.
std::string_view unit_of_drop_in(std::string_view credential);

/// A command of sh(1) that writes any bytes to a file, without a process.
std::string write_command(std::string_view value, std::string_view path);

/// Commands that write the units and drop-ins among the credentials where PID 1 finds them.
std::string write_units(const std::vector<Credential>& credentials);

} // namespace bootproof
