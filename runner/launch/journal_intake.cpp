// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/journal_intake.hpp"

#include "plan/keep_agent.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace bootproof {

namespace {

/// What the guest says of the end of its test: the exit status, and whether it waits.
TestEnded parse_end(std::string_view text) {
    const auto blank = std::min(text.find(' '), text.size());
    return {
        .status = std::string(text.substr(0, blank)),
        .waits = text.substr(blank).ends_with(waits_word)};
}

} // namespace

JournalIntake::JournalIntake(const LaunchPlan& plan, const AcquiredResources& resources)
    : plan_(plan)
    , resources_(resources)
    , receiver_(plan, resources.directory->path() / "journal-receiver.log") {}

void JournalIntake::open(EventLoop& loop, OnEnd on_end) {
    if (plan_.boot == BootKind::saved) {
        // On a disk: nobody limits what a guest logs.
        capture_.emplace(plan_, plan_.saved_journal.parent_path() / "journal-export");
        capture_->listen(loop, listen_unix(plan_.journal_socket));
        return;
    }
    if (plan_.boot == BootKind::forked)
        copy_whole_file(plan_.saved_journal, plan_.journal);
    if (!plan_.end_message.empty()) {
        auto [here, there] = make_socket_pair();
        tap_.emplace(
            loop,
            listen_unix(plan_.journal_socket),
            std::move(here),
            plan_.end_message,
            [on_end = std::move(on_end)](std::string_view end) { on_end(parse_end(end)); });
        receiver_.receive(std::move(there));
        return;
    }
    // A resumed machine has nobody to tell its journal to.
    if (plan_.journal_socket.empty() && !resources_.journal_listener)
        return;
    receiver_.listen(
        loop,
        plan_.journal_socket.empty() ? resources_.journal_listener.duplicate()
                                     : listen_unix(plan_.journal_socket));
}

void JournalIntake::drain() {
    if (capture_)
        capture_->drain();
    if (tap_)
        tap_->drain();
}

bool JournalIntake::read_available() {
    capture_->read_available();
    return capture_->is_whole();
}

void JournalIntake::finish(std::chrono::milliseconds limit) {
    if (capture_)
        capture_->finish();
    else
        receiver_.finish(limit);
}

bool JournalIntake::truncated() const {
    return capture_ ? capture_->truncated() : receiver_.truncated();
}

std::string JournalIntake::errors() const {
    return capture_ ? capture_->errors() : receiver_.errors();
}

} // namespace bootproof
