// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Names of the virtio-serial ports that the relays write to.
inline constexpr std::string_view notify_port_name = "org.bootproof.notify";
inline constexpr std::string_view journal_port_name = "org.bootproof.journal";

/// journald in the guest sends its journal by itself where it is told to (journald.conf(5),
/// ForwardToSocket=); in an older one a relay has to.
bool forwards_journal(const ImageManifest& image);

/// Units that copy the guest's notify messages and its journal into virtio-serial ports, as
/// credentials. They need nothing in the image but systemd (255 for SurviveFinalKillSignal=), sh,
/// dd and journalctl.
std::vector<Credential> notify_relay();
std::vector<Credential> journal_relay(Storage storage);

/// The same for a container, into a stream socket of the host.
std::vector<Credential> journal_relay_to_socket(std::string_view socket, Storage storage);

/// For systemd.wants= on the kernel command line.
inline constexpr std::string_view notify_relay_unit = "bootproof-notify.service";
inline constexpr std::string_view journal_relay_unit = "bootproof-journal.service";

} // namespace bootproof
