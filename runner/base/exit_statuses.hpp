// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace bootproof {

/// What a machine ends with that has dropped to emergency mode. From the range that the LSB leaves
/// to applications (systemd.exec(5), "Process Exit Codes").
inline constexpr int emergency_exit_status = 187;

/// What a forked machine ends with that could not be made the test's. From the same range.
inline constexpr int fork_failed_exit_status = 188;

/// What a machine ends with that could not be told of its test. From the same range.
inline constexpr int start_failed_exit_status = 189;

/// What systemd-nspawn --keep-unit ends with when its container reboots: the service that it runs
/// in would start it again.
inline constexpr int container_reboot_status = 133;

} // namespace bootproof
