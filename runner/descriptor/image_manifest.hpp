// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// A file that the image was built from, as it was then.
struct ConfigurationFile {
    std::filesystem::path path;
    std::string sha256;

    bool operator==(const ConfigurationFile&) const = default;
};

/// What is known of an image: tools/build-image and tools/describe-image write it down, or somebody
/// by hand. Paths are absolute once parsed, and empty where the image has no such file.
struct ImageManifest {
    std::string distribution;
    std::string release;
    /// systemd's name of it (ConditionArchitecture=): x86-64, arm64.
    std::string architecture;
    std::filesystem::path disk;
    /// Of the disk: raw or qcow2
    std::string disk_format = "raw";
    /// Without partitions the whole disk is the root file system.
    bool has_partitions = true;
    /// The disk has a boot loader that takes kernel arguments from outside: systemd-boot(7), or a
    /// unified kernel image (smbios-type-11(7)).
    bool boots_through_firmware = true;
    std::filesystem::path kernel;
    std::filesystem::path initrd;
    /// The root file system as a directory, for containers, and for machines without a disk.
    std::filesystem::path tree;
    /// UEFI variables with the keys that the image is signed with.
    std::filesystem::path firmware_variables;
    /// root= for a direct boot from a disk with partitions, e.g. PARTUUID=….
    std::string root;
    /// The image's own kernel command line, which a direct boot has to repeat.
    std::string kernel_command_line;
    /// The kernel has NVMe, ext4 and virtio_console built in, so that it boots without an initrd.
    bool boots_without_initrd = false;
    /// The kernel has virtiofs and virtio_console built in, so that it boots from a directory
    /// without an initrd.
    bool boots_tree_without_initrd = false;
    int systemd_version = 0;
    /// Units below /usr/lib/systemd/tests/testdata/units.
    std::vector<std::string> units;
    /// Tells this disk from another of the same path: its sha256, in hex.
    std::string digest;
    /// What mkosi(1) has to be told to find the configuration that the image was built with; empty
    /// where it was not built by mkosi.
    std::vector<std::string> mkosi_options;
    /// Seconds since the epoch.
    long long built = 0;
    std::vector<ConfigurationFile> configuration;

    bool operator==(const ImageManifest&) const = default;
};

/// Throws Error with "PATH:LINE:COLUMN: …" for a malformed manifest. Relative paths are taken from
/// the manifest's folder.
ImageManifest parse_image_manifest(std::string_view yaml, const std::filesystem::path& path);

} // namespace bootproof
