// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/journal_receiver.hpp"

#include "sys/file.hpp"
#include "sys/socket.hpp"

#include <fmt/format.h>

#include <utility>

namespace bootproof {

namespace {

std::vector<std::string> receiver_command(const LaunchPlan& plan, std::size_t boot) {
    auto command = plan.journal_receiver;
    if (boot == 0)
        return command;
    auto later = plan.journal;
    later.replace_extension();
    for (auto& word : command)
        if (word == "--output=" + plan.journal.string())
            word = fmt::format("--output={}@{}.journal", later.string(), boot + 1);
    return command;
}

} // namespace

JournalReceiver::JournalReceiver(const LaunchPlan& plan, std::filesystem::path log)
    : plan_(plan)
    , log_(std::move(log)) {}

void JournalReceiver::listen(EventLoop& loop, UniqueFd listener) {
    listener_ = std::move(listener);
    listening_ = loop.on_readable(listener_.get(), [this] { accept(); });
}

void JournalReceiver::accept() {
    while (auto connection = accept_connection(listener_.get())) {
        make_blocking(connection.get());
        const auto log = create_file(log_, 0600);
        processes_.emplace_back(SpawnOptions{
            .command = receiver_command(plan_, processes_.size()),
            // What a reset cut in two, and the empty lines that end it, are worth a warning there,
            // and none here.
            .environment = {{"SYSTEMD_LOG_LEVEL", "err"}},
            .standard_input = connection.get(),
            .standard_output = log.get(),
            .standard_error = log.get(),
            .descriptors = {},
        });
        connections_.push_back(std::move(connection));
    }
}

void JournalReceiver::finish(std::chrono::milliseconds limit) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + limit;
    // The machine may have come and gone before the loop saw it, and may have left a process
    // behind.
    accept();
    for (const auto& connection : connections_)
        stop_receiving(connection.get());
    for (auto& process : processes_) {
        if (process.ends_within(
                std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now())))
            process.wait();
    }
    // Those that did not end in time are killed with their objects.
    processes_.clear();
}

std::string JournalReceiver::errors() const {
    return read_file_tail(log_, 4096);
}

} // namespace bootproof
