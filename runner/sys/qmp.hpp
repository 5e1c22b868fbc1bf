// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace bootproof {

/// An event that QEMU announced, reduced to data.reason (empty where it has none).
struct QmpMessage {
    std::string event;
    std::string reason;
};

/// The client's half of QMP (QEMU's docs/interop/qmp-spec), without the socket: bytes in, events
/// out. The one thing that has to be said is qmp_greeting, after which events flow.
class QmpStream {
public:
    /// Calls back for each event in these bytes. What is not JSON, or too long for a message, is
    /// left out.
    void feed(std::string_view bytes, const std::function<void(const QmpMessage&)>& on_event);

private:
    std::string pending_;
};

inline constexpr std::string_view qmp_greeting = "{\"execute\":\"qmp_capabilities\"}\n";

} // namespace bootproof
