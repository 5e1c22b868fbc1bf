// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/inlet.hpp"

#include "sys/file.hpp"
#include "sys/pipe.hpp"
#include "sys/socket.hpp"

#include <array>
#include <utility>

namespace bootproof {

Inlet::Inlet(EventLoop& loop, UniqueFd listener, OnBytes on_bytes, OnOpened on_opened)
    : loop_(&loop)
    , listener_(std::move(listener))
    , on_bytes_(std::move(on_bytes))
    , on_opened_(std::move(on_opened))
    , listening_(loop.on_readable(listener_.get(), [this] { accept(); })) {}

void Inlet::hold(bool held) {
    held_ = held;
    for (auto& connection : connections_)
        connection.source.enable(!held);
}

void Inlet::read_available() {
    accept();
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = next++;
        while (read(connection) == Progress::more) {
        }
    }
}

void Inlet::drain() {
    accept();
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = next++;
        // A process that the machine has left behind may hold the other side open, and write for
        // ever.
        stop_receiving(connection->fd.get());
        while (read(connection) == Progress::more) {
        }
    }
}

void Inlet::accept() {
    while (auto fd = accept_connection(listener_.get())) {
        if (on_opened_)
            on_opened_(fd.get());
        connections_.push_back({.fd = std::move(fd), .source = {}});
        const auto connection = std::prev(connections_.end());
        connection->source =
            loop_->on_readable(connection->fd.get(), [this, connection] { read(connection); });
        connection->source.enable(!held_);
    }
}

Inlet::Progress Inlet::read(std::list<Connection>::iterator connection) {
    std::array<char, 65536> buffer{};
    const auto size = read_some(connection->fd.get(), buffer);
    if (!size)
        return Progress::nothing;
    if (*size == 0)
        connections_.erase(connection);
    on_bytes_(std::string_view(buffer.data(), *size));
    return *size == 0 ? Progress::ended : Progress::more;
}

DescriptorInlet::DescriptorInlet(EventLoop& loop, UniqueFd fd, Kind kind, OnBytes on_bytes)
    : fd_(std::move(fd))
    , kind_(kind)
    , on_bytes_(std::move(on_bytes))
    , source_(loop.on_readable(fd_.get(), [this] { read(); })) {}

void DescriptorInlet::drain() {
    // The most that a pipe (pipe(7)) or the queue of a socket (unix(7), max_dgram_qlen) holds: a
    // process that the machine has left behind may write for ever.
    constexpr int most_reads = 1024;
    for (int left = most_reads; left > 0 && read(); --left) {
    }
}

bool DescriptorInlet::read() {
    std::array<char, pipe_capacity> buffer{};
    const auto size = read_some(fd_.get(), buffer);
    if (!size)
        return false;
    // A pipe has ended; a datagram may be empty.
    if (*size == 0 && kind_ == Kind::pipe) {
        source_.enable(false);
        return false;
    }
    on_bytes_(std::string_view(buffer.data(), *size));
    return true;
}

} // namespace bootproof
