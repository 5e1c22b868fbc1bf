// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/host_capabilities.hpp"

#include <cstdint>
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

/// Whose keys secure boot goes by.
enum class FirmwareKeys : std::uint8_t {
    /// There is no secure boot.
    none,
    /// Those in the firmware's own template: its vendor's and Microsoft's.
    enrolled,
    /// Those in variables of somebody else.
    brought,
};

/// The first that fits a q35 or virt machine of that architecture ("x86_64", "aarch64"): without
/// secure boot, if there is one; with enrolled keys; or with secure boot, preferably without keys.
std::optional<FirmwareImage> choose_firmware(
    const std::vector<FirmwareImage>& images, std::string_view architecture, FirmwareKeys keys);

/// mkosi's 'auto' is UEFI with secure boot, if the image has the keys for it.
Firmware firmware_of_mkosi(Firmware asked, const ImageManifest& image);

} // namespace bootproof
