// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace bootproof {

/// Reads one of QEMU's firmware descriptors (docs/interop/firmware.json). Nothing where it is no
/// UEFI in flash with a template for its variables. Throws Error naming the file when it is not
/// such a descriptor at all.
std::optional<FirmwareImage>
parse_firmware(std::string_view json, const std::filesystem::path& path);

/// The first that fits a q35 or virt machine of that architecture ("x86_64", "aarch64"); for secure
/// boot one with enrolled keys, otherwise preferably one without secure boot.
std::optional<FirmwareImage> choose_firmware(
    const std::vector<FirmwareImage>& images, std::string_view architecture, bool secure_boot);

} // namespace bootproof
