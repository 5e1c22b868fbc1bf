// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

namespace bootproof {

/// A listening stream socket; close-on-exec and non-blocking. Throws Error naming the path.
UniqueFd listen_unix(const std::filesystem::path& path);

/// A socket that takes datagrams, each with one read_some(); close-on-exec and non-blocking.
/// Everybody may send to it who reaches it. Throws Error naming the path.
UniqueFd bind_datagrams(const std::filesystem::path& path);

/// Whether somebody listens on a stream socket there.
bool can_connect_unix(const std::filesystem::path& path);

/// A connection to it; close-on-exec and non-blocking. Throws Error naming the path.
UniqueFd connect_unix(const std::filesystem::path& path);

/// For a child that reads like any program does, and would not know what to do with EAGAIN.
void make_blocking(int fd);
void make_nonblocking(int fd);

/// Nothing to accept yet: an empty UniqueFd. Non-blocking and close-on-exec.
UniqueFd accept_connection(int listener);

/// Says something to a peer, as much as there is room for, and returns how much that was. All of it
/// if nobody is there to hear it: that the peer has gone is noticed where it is read from. A peer
/// may be a terminal, whose descriptor must not block.
std::size_t send_to_peer(int fd, std::string_view bytes);

/// Says all of it, and waits for room where there is none, but no longer than a peer may take that
/// has stopped reading (10 s).
void send_all_to_peer(int fd, std::string_view bytes);

/// Two stream sockets that are connected to each other; close-on-exec and non-blocking.
std::pair<UniqueFd, UniqueFd> make_socket_pair();

/// What has come so far on a unix(7) socket can still be read and then ends, whoever else has the
/// other side open. False, and nothing happens, for another kind of socket.
bool stop_receiving(int fd);

/// A listening vsock stream socket on any free port; see vsock(7).
UniqueFd listen_vsock(std::uint32_t& port);

/// Opens /dev/vhost-vsock and claims a context id on it that nobody else has. The descriptor is the
/// claim, and is what QEMU gets as vhostfd=. Throws Error when the device is missing or no id is
/// free.
UniqueFd claim_vsock_cid(std::uint32_t& cid);

/// Whether claim_vsock_cid() has a device to work with.
bool has_vsock_device();

} // namespace bootproof
