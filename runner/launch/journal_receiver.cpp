// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/journal_receiver.hpp"

#include "sys/file.hpp"
#include "sys/socket.hpp"

#include <csignal>
#include <utility>

namespace bootproof {

namespace {

/// For what a connection whose peer is gone still has to be written.
constexpr std::chrono::seconds grace(2);

} // namespace

JournalReceiver::JournalReceiver(const LaunchPlan& plan, std::filesystem::path log)
    : plan_(plan)
    , log_(std::move(log)) {}

void JournalReceiver::listen(EventLoop& loop, UniqueFd listener) {
    loop_ = &loop;
    listener_ = std::move(listener);
    listening_ = loop.on_readable(listener_.get(), [this] { accept(); });
}

void JournalReceiver::accept() {
    // A connection that has to wait does so in the socket's backlog.
    if (process_) {
        listening_.enable(false);
        patience_ = loop_->on_timer(grace, [this] { hasten(); });
        return;
    }
    if (!start_next())
        return;
    ended_ = loop_->on_readable(process_.pidfd(), [this] {
        receiver_ended();
        listening_.enable(true);
    });
}

void JournalReceiver::hasten() {
    // On vsock the other side was reset, so that nothing more will come.
    if (!stop_receiving(connection_.get()))
        process_.kill(SIGTERM);
}

void JournalReceiver::receive(UniqueFd connection) {
    start(std::move(connection));
}

bool JournalReceiver::start_next() {
    auto connection = listener_ ? accept_connection(listener_.get()) : UniqueFd();
    if (!connection)
        return false;
    start(std::move(connection));
    return true;
}

void JournalReceiver::start(UniqueFd connection) {
    connection_ = std::move(connection);
    make_blocking(connection_.get());
    const auto log = append_file(log_, 0600);
    process_ = ChildProcess(SpawnOptions{
        .command = plan_.journal_receiver,
        // What a reset cut in two, and the empty lines that end it, are worth a warning there, and
        // none here.
        .environment = {{"SYSTEMD_LOG_LEVEL", "err"}},
        .standard_input = connection_.get(),
        .standard_output = log.get(),
        .standard_error = log.get(),
        .descriptors = {},
    });
}

void JournalReceiver::receiver_ended() {
    const auto end = process_.wait();
    truncated_ = truncated_ || (!end.exit_status && end.signal != SIGTERM);
    process_ = {};
    ended_ = {};
    patience_ = {};
    connection_.reset();
}

void JournalReceiver::finish(std::chrono::milliseconds limit) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + limit;
    while (process_ || start_next()) {
        // The machine may have left a process behind that holds the other side open.
        stop_receiving(connection_.get());
        if (!process_.ends_within(
                std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()))) {
            // Killed with its object.
            truncated_ = true;
            process_ = {};
            return;
        }
        receiver_ended();
    }
}

std::string JournalReceiver::errors() const {
    return read_file_tail(log_, 4096);
}

} // namespace bootproof
