// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Name of the virtio-serial port on which the agent listens.
inline constexpr std::string_view fork_port_name = "org.bootproof.fork";

/// For systemd.wants= on the kernel command line.
inline constexpr std::string_view fork_agent_unit = "bootproof-fork.service";

/// The link through which a class of machines finds the units of whichever test it comes to run.
inline constexpr std::string_view forked_unit_path = "/run/bootproof/units";

/// Where units and drop-ins are put that come as credentials. At boot, systemd-debug-generator(8)
/// writes them to /run/systemd/generator.early, but PID 1 does not look again at what generators
/// have written unless it is reloaded, which takes seconds.
inline constexpr std::string_view forked_extra_units = "/run/bootproof/extra-units";

/// The units that a test in a forked machine starts when it has ended (systemd.unit(5), OnSuccess=,
/// OnFailure=).
inline constexpr std::string_view fork_passed_unit = "bootproof-passed.service";
inline constexpr std::string_view fork_failed_unit = "bootproof-failed.service";

/// The units of the agent, as credentials: once the machine is up it reports so, waits until
/// somebody says something, and has a fresh sh(1) carry it out; and those that log, after
/// everything else, how the test has ended.
std::vector<Credential> fork_agent();

/// What that message begins with, before the exit status. Nobody else knows the run's name.
std::string fork_end_message(const RunResources& resources);

/// What the agent is told: a shell script that makes the machine the test's (clock, host name,
/// units, credentials) and starts the test.
std::string fork_instructions(const PlanInput& input);

} // namespace bootproof
