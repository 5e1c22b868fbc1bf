// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace bootproof {

/// What the world has to do about an event.
enum class Action : std::uint8_t {
    /// SIGKILL for the machine: it is a throw-away one.
    kill_machine,
    /// From now on ShutdownDeadlinePassed counts.
    arm_shutdown_deadline,
    /// The machine has come back.
    disarm_shutdown_deadline,
    /// Nothing more will happen.
    finish,
};

} // namespace bootproof
