// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/event_loop.hpp"

#include <array>
#include <csignal>
#include <functional>
#include <vector>

namespace bootproof {

/// The signals by which a person or a CI ends a run.
inline constexpr auto interrupts = std::to_array({SIGINT, SIGTERM, SIGHUP});

/// All of them, for sigprocmask(2).
sigset_t interrupt_set();

/// The callback gets the number of the one that has come, as with EventLoop::on_signal().
[[nodiscard]] std::vector<EventSource>
on_interrupt(EventLoop& loop, const std::function<void(int)>& callback);

/// One has come since EventLoop::on_signal() has blocked it, and no callback has been told of it.
bool interrupt_is_pending();

/// Takes back that EventLoop::on_signal() has blocked them: they end the process again, at once
/// where one is pending.
void unblock_interrupts();

} // namespace bootproof
