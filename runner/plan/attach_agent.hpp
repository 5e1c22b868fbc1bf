// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/credential.hpp"
#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

// A machine that nobody is at has a second serial port, on which whoever attaches to it while the
// test runs gets a shell. The first is the test's console, of which each byte is evidence.

/// For systemd.wants= on the kernel command line.
inline constexpr std::string_view attach_unit = "bootproof-attach.service";

/// The machine's socket for it, in the directory of its run.
inline constexpr std::string_view attach_socket_name = "attach";

/// Why nobody can attach to the machine; empty where everybody can.
std::string why_not_attached(const PlanInput& input);

/// The unit that waits on the port, as a credential.
std::vector<Credential> attach_units();

/// QEMU's arguments for the port, at the other end of the socket.
std::vector<std::string> attach_arguments(const LaunchPlan& plan);

} // namespace bootproof
