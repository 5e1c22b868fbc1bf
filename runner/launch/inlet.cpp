// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/inlet.hpp"

#include "sys/socket.hpp"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace bootproof {

Inlet::Inlet(EventLoop& loop, UniqueFd listener, OnBytes on_bytes, OnOpened on_opened)
    : loop_(&loop)
    , listener_(std::move(listener))
    , on_bytes_(std::move(on_bytes))
    , on_opened_(std::move(on_opened))
    , listening_(loop.on_io(listener_.get(), EPOLLIN, [this] { accept(); })) {}

void Inlet::drain() {
    accept();
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = next++;
        while (read(connection)) {
            if (errno == EAGAIN)
                break;
        }
    }
}

void Inlet::accept() {
    while (auto fd = accept_connection(listener_.get())) {
        if (on_opened_)
            on_opened_(fd.get());
        connections_.push_back({.fd = std::move(fd), .source = {}});
        const auto connection = std::prev(connections_.end());
        connection->source = loop_->on_io(connection->fd.get(), EPOLLIN, [this, connection] { read(connection); });
    }
}

bool Inlet::read(std::list<Connection>::iterator connection) {
    std::array<char, 65536> buffer{};
    errno = 0;
    const auto n = ::read(connection->fd.get(), buffer.data(), buffer.size());
    if (n > 0) {
        on_bytes_(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
        errno = 0;
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        errno = EAGAIN;
        return true;
    }
    // A reset counts as an end: the other side is gone.
    connections_.erase(connection);
    on_bytes_({});
    return false;
}

} // namespace bootproof
