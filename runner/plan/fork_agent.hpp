// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Name of the virtio-serial port on which the agent listens.
inline constexpr std::string_view agent_port_name = "org.bootproof.agent";

/// For systemd.wants= on the kernel command line.
inline constexpr std::string_view fork_agent_unit = "bootproof-fork.service";

/// The link through which a class of machines finds the units of whichever test it comes to run.
inline constexpr std::string_view forked_unit_path = "/run/bootproof/units";

/// A command for ExecStart=: a core dump of something in the background may still be written, by a
/// unit whose control group tells of it without a process. It is waited for, up to 30 s.
inline constexpr std::string_view await_core_dumps =
    "left=300; "
    "while set -- /sys/fs/cgroup/system.slice/system-systemd*coredump.slice/*.service; "
    "[ -d \"$$1\" ] && [ $$left -gt 0 ]; do left=$$((left - 1)); sleep 0.1; done";

/// The units of the agent, as credentials: once the machine is up it reports so, waits until
/// somebody says something, and has a fresh sh(1) carry it out; and those that log, after
/// everything else, how the test has ended.
std::vector<Credential> fork_agent();

/// What the message begins with that says how the test has ended, before the exit status. Nobody
/// else knows the run's name.
std::string end_message(const RunResources& resources);

/// What the agent is told: a shell script that makes the machine the test's (clock, host name,
/// units, credentials) and starts the test.
std::string fork_instructions(const PlanInput& input);

} // namespace bootproof
