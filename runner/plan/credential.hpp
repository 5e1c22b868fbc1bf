// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "plan/launch_plan.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Where PID 1 keeps them in a virtual machine, and where those of a container are.
inline constexpr std::string_view machine_credentials_directory = "/run/credentials/@system";
inline constexpr std::string_view container_credentials_directory = "/run/host/credentials";

/// How credentials reach the guest (systemd(1), "Credentials").
enum class CredentialTransport : std::uint8_t {
    /// SMBIOS type 11 strings: x86, and arm64 with UEFI.
    smbios,
    /// QEMU's fw_cfg; arm64 without UEFI.
    fw_cfg,
    /// The strings of 'smbios' for somebody else to hand over.
    strings,
};

struct TransportedCredentials {
    std::vector<PlannedFile> files;
    std::vector<std::string> arguments;
    std::vector<std::string> strings;
    /// For the kernel command line: those whose name is too long for fw_cfg.
    std::vector<std::string> kernel_arguments;
    /// Bytes of the SMBIOS table that the strings take.
    std::size_t smbios_bytes = 0;
};

/// A credential as an SMBIOS type 11 string (smbios-type-11(7)).
std::string smbios_string(const Credential& credential);

/// Adds to what is transported already.
void transport_credentials(
    const std::vector<Credential>& credentials,
    CredentialTransport transport,
    const std::filesystem::path& directory,
    TransportedCredentials& result);

/// Names in fw_cfg have at most 55 characters (docs/specs/fw_cfg), 27 of which are systemd's
/// prefix.
inline constexpr std::size_t longest_fw_cfg_name = 28;
bool fits_fw_cfg(const Credential& credential);

/// A value in a comma-separated QEMU option: commas are doubled.
std::string qemu_value(std::string_view value);

} // namespace bootproof
