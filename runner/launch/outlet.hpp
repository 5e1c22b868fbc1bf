// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace bootproof {

/// The other direction of a connection or of a terminal: what is said goes out as the peer takes
/// it, in order.
class Outlet {
public:
    Outlet() = default;

    /// The loop must live longer than this. The descriptor is duplicated.
    /// 'on_empty' is called each time that the peer has taken all of what had to wait.
    Outlet(EventLoop& loop, int connection, std::function<void()> on_empty = {});

    /// Lost if the peer goes away.
    void say(std::string_view bytes);

    /// Bytes that the peer has not taken yet.
    [[nodiscard]] std::size_t waiting() const { return pending_.size(); }

    /// Waits until the peer has taken everything, and closes this direction's descriptor.
    void finish();

private:
    void send();

    EventLoop* loop_ = nullptr;
    std::function<void()> on_empty_;
    UniqueFd fd_;
    std::string pending_;
    EventSource room_;
};

} // namespace bootproof
