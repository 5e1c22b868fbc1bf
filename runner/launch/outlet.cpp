// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/outlet.hpp"

#include "sys/socket.hpp"

#include <utility>

namespace bootproof {

Outlet::Outlet(EventLoop& loop, int connection, std::function<void()> on_empty)
    : loop_(&loop)
    , on_empty_(std::move(on_empty))
    // A descriptor can be watched once, and this one's other direction is.
    , fd_(duplicate(connection)) {}

void Outlet::say(std::string_view bytes) {
    pending_ += bytes;
    send();
}

void Outlet::finish() {
    room_ = {};
    if (!pending_.empty() && fd_)
        send_all_to_peer(fd_.get(), std::exchange(pending_, {}));
    fd_.reset();
}

void Outlet::send() {
    if (!fd_)
        return;
    pending_.erase(0, send_to_peer(fd_.get(), pending_));
    if (!pending_.empty() && !room_) {
        room_ = loop_->on_writable(fd_.get(), [this] { send(); });
    } else if (pending_.empty() && room_) {
        room_ = {};
        if (on_empty_)
            on_empty_();
    }
}

} // namespace bootproof
