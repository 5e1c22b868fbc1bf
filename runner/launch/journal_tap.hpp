// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/inlet.hpp"
#include "launch/outlet.hpp"
#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace bootproof {

/// Stands between a guest and the receiver of its journal, hands everything on, and calls back when
/// a message with a given beginning has passed: then so has everything that was logged before it.
class JournalTap {
public:
    using OnMessage = std::function<void(std::string_view rest)>;

    /// The guest connects to 'listener'; what it sends goes to 'receiver', a connected socket. The
    /// loop must live longer than this. 'beginning' is of one line.
    JournalTap(
        EventLoop& loop,
        UniqueFd listener,
        UniqueFd receiver,
        std::string_view beginning,
        OnMessage on_message);

    /// Reads what is still there once the guest is gone, and waits until the receiver has taken it.
    void drain();

private:
    void append(std::string_view bytes);

    UniqueFd receiver_;
    Outlet outlet_;
    std::string sought_;
    std::string pending_;
    OnMessage on_message_;
    Inlet inlet_;
};

} // namespace bootproof
