// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/acquire.hpp"
#include "launch/journal_capture.hpp"
#include "launch/journal_receiver.hpp"
#include "launch/journal_tap.hpp"
#include "observe/run_event.hpp"
#include "plan/launch_plan.hpp"
#include "sys/event_loop.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace bootproof {

/// Takes in the journal of a machine in the way that its plan wants.
class JournalIntake {
public:
    using OnEnd = std::function<void(const TestEnded& event)>;

    JournalIntake(const LaunchPlan& plan, const AcquiredResources& resources);

    /// Listens for the guest; 'on_end' is called when plan.end_message is in the journal. The loop
    /// must live longer than this.
    void open(EventLoop& loop, OnEnd on_end);

    /// Reads what is still there once the machine is gone.
    void drain();

    /// Of a machine that is to be saved: reads what has come, and whether that ends with an entry.
    bool read_available();

    /// Waits until everything is in the journal file, but no longer than 'limit'.
    void finish(std::chrono::milliseconds limit);

    /// Something that was sent did not come into the file.
    [[nodiscard]] bool truncated() const;

    /// What the receivers complained about.
    [[nodiscard]] std::string errors() const;

private:
    const LaunchPlan& plan_;
    const AcquiredResources& resources_;
    JournalReceiver receiver_;
    std::optional<JournalCapture> capture_;
    std::optional<JournalTap> tap_;
};

} // namespace bootproof
