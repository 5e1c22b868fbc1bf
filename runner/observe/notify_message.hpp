// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The largest datagram that is taken from a guest, as in systemd (NOTIFY_BUFFER_MAX is PIPE_BUF
/// there).
inline constexpr std::size_t notify_message_limit = 4096;

/// The "KEY=value" lines of one sd_notify(3) datagram; lines without '=' are left out, of a
/// repeated key the last counts.
std::map<std::string, std::string> parse_notify_message(std::string_view datagram);

/// Takes apart the byte stream that the relay in the guest makes of datagrams: they are
/// separated by NUL bytes, and the last one ends with the stream. Datagrams over the limit are
/// dropped and counted.
class NotifyStream {
public:
    /// The datagrams that these bytes complete.
    std::vector<std::string> feed(std::string_view bytes);

    /// What is left when the stream has ended; empty when there is nothing.
    std::string finish();

    /// What has come so far ends with a datagram.
    [[nodiscard]] bool is_whole() const { return pending_.empty() && !oversized_; }

    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    void append(std::string_view bytes);

    std::string pending_;
    bool oversized_ = false;
    std::uint64_t dropped_ = 0;
};

} // namespace bootproof
