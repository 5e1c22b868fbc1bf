// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/acquire.hpp"
#include "launch/helper.hpp"
#include "launch/inlet.hpp"
#include "plan/launch_plan.hpp"
#include "plan/run_options.hpp"
#include "sys/child_process.hpp"
#include "sys/event_loop.hpp"
#include "sys/orphan_guard.hpp"

#include <map>
#include <memory>
#include <vector>

namespace bootproof {

/// The program that runs the machine, and its helpers. All of them are killed when this object
/// goes, at the latest, or when the runner dies.
class MachineProcess {
public:
    using OnBytes = DescriptorInlet::OnBytes;

    /// Starts all of them. 'on_console' gets a container's console, unless a person is at it;
    /// 'on_errors' what else they write, until this object goes. Throws Error naming what could not
    /// be opened or started.
    MachineProcess(
        EventLoop& loop,
        const LaunchPlan& plan,
        const AcquiredResources& resources,
        const RunOptions& options,
        OnBytes on_console,
        OnBytes on_errors);

    /// Becomes readable when the machine has ended.
    [[nodiscard]] int pidfd() const { return machine_.pidfd(); }

    /// Once it has ended: copies what it has written to files without a name to where it is kept.
    /// Throws Error naming what could not be written.
    void keep_files() const;

    /// Ends the machine now, or as soon as its program has removed what it has made.
    void end();

    /// Reads what was still written, and reaps. Blocks until the machine has ended.
    ExitInfo wait();

private:
    void listen_to(UniqueFd pipe, OnBytes on_bytes);

    EventLoop& loop_;
    const LaunchPlan& plan_;
    bool cleans_up_;
    /// By their numbers in the machine; only of one that is to be kept.
    std::map<int, UniqueFd> passed_;
    std::vector<std::unique_ptr<DescriptorInlet>> outputs_;
    std::vector<Helper> helpers_;
    // The guard goes before the machine.
    ChildProcess machine_;
    OrphanGuard guard_;
    EventSource kill_timer_;
};

} // namespace bootproof
