// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Names of the virtio-serial ports that the relays write to.
inline constexpr std::string_view notify_port_name = "org.bootproof.notify";
inline constexpr std::string_view journal_port_name = "org.bootproof.journal";

/// Whether the guest uses vsock for its messages and its journal. The ports of a run are its own,
/// but a machine that is forked keeps those that it was booted with: it has the relays.
bool notifies_over_vsock(const PlanInput& input);
bool sends_journal_over_vsock(const PlanInput& input);

/// Whether PID 1 has messages that something else must carry to the host.
bool needs_notify_relay(const PlanInput& input);

/// Shell code for the command line of a unit that finds the virtio-serial port of that name, by
/// which time $port is its directory in sysfs, and then runs 'open' until it succeeds, for ten
/// seconds: a port has one process at a time. Of exec this needs 'command exec', without which the
/// shell ends where that fails.
std::string open_port(std::string_view name, std::string_view open);

/// Units that copy the guest's notify messages and its journal into virtio-serial ports, as
/// credentials. They need nothing in the image but systemd (255 for SurviveFinalKillSignal=), sh,
/// dd and journalctl.
std::vector<Credential> notify_relay();
std::vector<Credential> journal_relay(const PlanInput& input);

/// The same for a container, into a stream socket of the host.
std::vector<Credential> journal_relay_to_socket(const PlanInput& input, std::string_view socket);

/// For systemd.wants= on the kernel command line.
inline constexpr std::string_view notify_relay_unit = "bootproof-notify.service";
inline constexpr std::string_view journal_relay_unit = "bootproof-journal.service";

} // namespace bootproof
