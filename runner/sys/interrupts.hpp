// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <csignal>

namespace bootproof {

/// The signals by which a person or a CI ends a run.
inline constexpr auto interrupts = std::to_array({SIGINT, SIGTERM, SIGHUP});

/// One has come since EventLoop::on_signal() has blocked it, and no callback has been told of it.
bool interrupt_is_pending();

/// Takes back that EventLoop::on_signal() has blocked them: they end the process again, at once
/// where one is pending.
void unblock_interrupts();

} // namespace bootproof
