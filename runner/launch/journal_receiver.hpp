// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"
#include "sys/child_process.hpp"
#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

/// systemd-journal-remote(8), one for each connection that a guest makes, with the connection as
/// its standard input: it ends when it has written what came. A relay makes one connection in all;
/// journald over vsock makes one a boot, and the journals of later boots are NAME@BOOT.journal
/// beside the first.
class JournalReceiver {
public:
    /// Complaints of the receivers go to the file 'log'.
    JournalReceiver(const LaunchPlan& plan, std::filesystem::path log);

    /// Takes connections on a listening socket.
    void listen(EventLoop& loop, UniqueFd listener);

    /// Once the machine is gone: waits until all that it sent is in the file, but no longer than
    /// 'limit'.
    void finish(std::chrono::milliseconds limit);

    /// What the receivers complained about.
    [[nodiscard]] std::string errors() const;

private:
    void accept();

    const LaunchPlan& plan_;
    std::filesystem::path log_;
    UniqueFd listener_;
    EventSource listening_;
    std::vector<UniqueFd> connections_;
    std::vector<ChildProcess> processes_;
};

} // namespace bootproof
