// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"
#include "sys/child_process.hpp"
#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace bootproof {

/// systemd-journal-remote(8), with a guest's connection as its standard input: it ends when it has
/// written what came. A relay makes one connection in all, but journald makes one each time that it
/// starts; the next connection's receiver starts when the one before has ended, and adds to the
/// same file. One that goes on although there is a next is given a moment, and then ended.
class JournalReceiver {
public:
    /// Complaints of the receivers go to the file 'log'.
    JournalReceiver(const LaunchPlan& plan, std::filesystem::path log);

    /// Takes connections on a listening socket. The loop must live longer than this.
    void listen(EventLoop& loop, UniqueFd listener);

    /// Takes one connection that is there already, and no other.
    void receive(UniqueFd connection);

    /// Once the machine is gone: waits until all that it sent is in the file, but no longer than
    /// 'limit'.
    void finish(std::chrono::milliseconds limit);

    /// A receiver was killed, by finish() or by somebody else.
    [[nodiscard]] bool truncated() const { return truncated_; }

    /// What the receivers complained about.
    [[nodiscard]] std::string errors() const;

private:
    void accept();
    void hasten();
    /// Whether there was a connection to start a receiver for.
    bool start_next();
    void start(UniqueFd connection);
    void receiver_ended();

    const LaunchPlan& plan_;
    std::filesystem::path log_;
    EventLoop* loop_ = nullptr;
    UniqueFd listener_;
    EventSource listening_;
    UniqueFd connection_;
    ChildProcess process_;
    EventSource ended_;
    EventSource patience_;
    bool truncated_ = false;
};

} // namespace bootproof
