// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/journal_tap.hpp"

#include <algorithm>
#include <utility>

namespace bootproof {

namespace {

/// Of what follows the beginning; a line that is longer is not meant.
constexpr std::size_t longest_rest = 64;
constexpr std::size_t most_waiting = std::size_t{256} * 1024;

} // namespace

JournalTap::JournalTap(
    EventLoop& loop,
    UniqueFd listener,
    UniqueFd receiver,
    std::string_view beginning,
    OnMessage on_message)
    : receiver_(std::move(receiver))
    , outlet_(loop, receiver_.get(), [this] { inlet_.hold(false); })
    // In the export format a field is a line.
    , sought_("\nMESSAGE=" + std::string(beginning))
    , on_message_(std::move(on_message))
    , inlet_(loop, std::move(listener), [this](std::string_view bytes) { append(bytes); }) {}

void JournalTap::append(std::string_view bytes) {
    outlet_.say(bytes);
    // A guest that writes faster than its journal is written waits, as it would for a disk.
    if (outlet_.waiting() > most_waiting)
        inlet_.hold(true);
    pending_ += bytes;
    const auto found = pending_.find(sought_);
    if (found == std::string::npos) {
        // It may have begun.
        pending_.erase(0, pending_.size() - std::min(pending_.size(), sought_.size()));
        return;
    }
    pending_.erase(0, found);
    const auto end = pending_.find('\n', sought_.size());
    if (end == std::string::npos && pending_.size() < sought_.size() + longest_rest)
        return;
    const auto rest = pending_.substr(sought_.size(), end - std::min(end, sought_.size()));
    pending_.clear();
    on_message_(rest);
}

void JournalTap::drain() {
    inlet_.drain();
    outlet_.finish();
    receiver_.reset();
}

} // namespace bootproof
