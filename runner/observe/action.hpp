// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace bootproof {

/// What the world has to do about an event.
enum class Action : std::uint8_t {
    /// SIGKILL for the machine: it is a throw-away one.
    kill_machine,
    /// Ask a machine that hangs what it is doing, and dispatch QuestionsAnswered.
    question_machine,
    /// Take a picture of the screen of a machine that has panicked, and dispatch QuestionsAnswered.
    take_screenshot,
    /// Stop the guest, and write all of its state; MachineEventReceived says when that is done, or
    /// KeepDeadlinePassed that it was not.
    keep_machine,
    /// From now on ShutdownDeadlinePassed counts.
    arm_shutdown_deadline,
    /// The machine has come back.
    disarm_shutdown_deadline,
    /// Stop the guest for a moment; MachineEventReceived says when it stands.
    pause_machine,
    /// Read what is on the channels, and dispatch ChannelsRead.
    read_channels,
    /// Let the guest go on, and dispatch PauseDue after a moment.
    resume_machine,
    /// Write the state of the guest; MachineEventReceived says when that is done.
    save_machine,
    /// The state of a machine that goes on is all there: where it is to wait for a debugger, let
    /// one
    /// come.
    open_debugger,
    /// End QEMU, and have everything that it holds written.
    quit_machine,
    /// Nothing more will happen.
    finish,
};

} // namespace bootproof
