// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace bootproof {

// What the agent of a machine that is saved or forked says, a line each.

/// In the saved machine: it waits for a test.
inline constexpr std::string_view agent_ready = "ready";

/// In the forked one, before a number: for how many seconds the guest has been up, as
/// proc_uptime(5) has them.
inline constexpr std::string_view agent_uptime = "uptime ";

} // namespace bootproof
