// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/machine_kind.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bootproof {

/// The program that is asked to run a machine.
enum class Backend : std::uint8_t { qemu, nspawn, mkosi, vmspawn, libvirt };

inline constexpr std::array all_backends{
    Backend::qemu, Backend::nspawn, Backend::mkosi, Backend::vmspawn, Backend::libvirt};

/// As --backend says it: qemu, nspawn, mkosi, vmspawn, libvirt.
std::string_view to_string(Backend backend);

/// As its own documentation writes it: QEMU, systemd-nspawn, …
std::string_view program_name(Backend backend);

/// Nothing for a word that names none.
std::optional<Backend> backend_named(std::string_view word);

/// What this backend runs; nothing where that is either.
std::optional<MachineKind> only_kind(Backend backend);

} // namespace bootproof
