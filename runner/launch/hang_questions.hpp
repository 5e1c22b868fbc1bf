// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/outlet.hpp"
#include "sys/event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace bootproof {

/// Asks a machine that hangs what it is doing: QEMU for a picture of the screen, where it has one,
/// and for the registers, which it answers on the monitor, and the kernel for what each processor
/// runs and its blocked tasks, which it answers on the console and in the journal, as far as it
/// still can.
class HangQuestions {
public:
    enum class Scope : std::uint8_t { everything, all_but_screen, screen };

    /// Both outlets must live longer than this. Calls back once there was time for the answers.
    HangQuestions(
        EventLoop& loop,
        Outlet& monitor,
        Outlet& console,
        Scope scope,
        std::function<void()> on_answered);

private:
    void ask();

    EventLoop& loop_;
    Outlet& monitor_;
    Outlet& console_;
    std::function<void()> on_answered_;
    std::size_t step_;
    std::size_t end_;
    std::vector<EventSource> timers_;
};

} // namespace bootproof
