// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bootproof {

// Lines for QEMU's monitor (QEMU's docs/interop/qmp-spec and qapi/migration.json).

/// Events flow from here on.
inline constexpr std::string_view qmp_greeting = "{\"execute\":\"qmp_capabilities\"}\n";

/// The guest's memory is a file that both machines map, so that it is no part of the state; and say
/// how the migration goes.
inline constexpr std::string_view qmp_share_memory =
    "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
    "{\"capability\":\"x-ignore-shared\",\"state\":true},"
    "{\"capability\":\"events\",\"state\":true}]}}\n";

/// Say how the migration goes.
inline constexpr std::string_view qmp_report_migration =
    "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
    "{\"capability\":\"events\",\"state\":true}]}}\n";

/// Makes the machine's own disk as large as that.
std::string qmp_grow(std::uint64_t bytes);

inline constexpr std::string_view qmp_stop = "{\"execute\":\"stop\"}\n";
inline constexpr std::string_view qmp_continue = "{\"execute\":\"cont\"}\n";
inline constexpr std::string_view qmp_quit = "{\"execute\":\"quit\"}\n";

/// The answer is a text (QEMU's hmp-commands-info.hx).
inline constexpr std::string_view qmp_registers =
    "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":"
    "\"info registers -a\"}}\n";

/// The disks, which from QEMU 10.0 on (qapi/block-core.json) are activated only when the machine
/// goes on, and a debugger lets it do so without.
inline constexpr std::string_view qmp_activate_disks =
    "{\"execute\":\"blockdev-set-active\",\"arguments\":{\"active\":true}}\n";

/// GDB's remote protocol, on a character device named debugger.
inline constexpr std::string_view qmp_serve_debugger =
    "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":"
    "\"gdbserver chardev:debugger\"}}\n";

/// On a serial console, the kernel takes the next character for a command (Linux'
/// admin-guide/sysrq.rst).
inline constexpr std::string_view qmp_break =
    "{\"execute\":\"chardev-send-break\",\"arguments\":{\"id\":\"serial\"}}\n";

/// To and from the descriptor saved_state_fd.
inline constexpr std::string_view qmp_save =
    "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"file:/dev/fdset/7\"}}\n";
inline constexpr std::string_view qmp_load =
    "{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"file:/dev/fdset/7\"}}\n";

/// A machine that has panicked stands as it did then, also where its kernel has not told QEMU and
/// resets it; and one that is off waits to be told to quit.
inline constexpr std::string_view qmp_stand =
    "{\"execute\":\"set-action\",\"arguments\":{\"panic\":\"pause\",\"shutdown\":\"pause\"}}\n";

/// To the descriptor screenshot_fd (QEMU's qapi/ui.json).
inline constexpr std::string_view qmp_screenshot =
    "{\"execute\":\"screendump\",\"arguments\":{\"filename\":\"/dev/fdset/4\","
    "\"format\":\"png\"}}\n";

/// To the descriptor kept_state_fd.
inline constexpr std::string_view qmp_keep =
    "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"file:/dev/fdset/5\"}}\n";

} // namespace bootproof
