// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace bootproof {

/// An event that QEMU announced, reduced to data.reason or data.status (empty where it has
/// neither); QMP_ERROR, and in words why it refuses a command; or QMP_TEXT, and the answer to a
/// command that has a text for one.
struct QmpMessage {
    std::string event;
    std::string reason;
};

/// The client's half of QMP (QEMU's docs/interop/qmp-spec), without the socket: bytes in, events
/// out.
class QmpStream {
public:
    /// Calls back for each event in these bytes. What is not JSON, or too long for a message, is
    /// left out.
    void feed(std::string_view bytes, const std::function<void(const QmpMessage&)>& on_event);

private:
    std::string pending_;
};

} // namespace bootproof
