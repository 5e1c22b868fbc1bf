// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <string_view>

namespace bootproof {

/// A listening socket and the connections that came in on it, read as they come. Bytes are handed
/// on in order; empty bytes say that the connection has ended.
class Inlet {
public:
    using OnBytes = std::function<void(std::string_view)>;
    /// May answer on the descriptor.
    using OnOpened = std::function<void(int)>;

    Inlet() = default;
    Inlet(EventLoop& loop, UniqueFd listener, OnBytes on_bytes, OnOpened on_opened = {});
    Inlet(const Inlet&) = delete;
    Inlet& operator=(const Inlet&) = delete;
    Inlet(Inlet&&) = delete;
    Inlet& operator=(Inlet&&) = delete;
    ~Inlet() = default;

    /// Does not read until it is told to go on: the peers have to wait.
    void hold(bool held);

    /// Reads what is there, without waiting, while the peers go on living.
    void read_available();

    /// Reads what is still there once the peers are gone, without waiting.
    void drain();

private:
    struct Connection {
        UniqueFd fd;
        EventSource source;
    };

    /// Of one read: bytes came, none were there, or the connection has ended and is gone.
    enum class Progress : std::uint8_t { more, nothing, ended };

    void accept();
    Progress read(std::list<Connection>::iterator connection);

    EventLoop* loop_ = nullptr;
    UniqueFd listener_;
    OnBytes on_bytes_;
    OnOpened on_opened_;
    EventSource listening_;
    std::list<Connection> connections_;
    bool held_ = false;
};

/// A pipe's end or a socket for datagrams, read as it comes: bytes, or a datagram at a time.
class DescriptorInlet {
public:
    using OnBytes = std::function<void(std::string_view)>;

    enum class Kind : std::uint8_t { pipe, datagrams };

    DescriptorInlet(EventLoop& loop, UniqueFd fd, Kind kind, OnBytes on_bytes);
    DescriptorInlet(const DescriptorInlet&) = delete;
    DescriptorInlet& operator=(const DescriptorInlet&) = delete;
    DescriptorInlet(DescriptorInlet&&) = delete;
    DescriptorInlet& operator=(DescriptorInlet&&) = delete;
    ~DescriptorInlet() = default;

    /// Reads what is still there once the writers are gone, without waiting.
    void drain();

private:
    bool read();

    UniqueFd fd_;
    Kind kind_;
    OnBytes on_bytes_;
    EventSource source_;
};

} // namespace bootproof
