// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/image_manifest.hpp"

#include "descriptor/yaml_section.hpp"

#include <fmt/format.h>

#include <limits>

namespace bootproof {

namespace {

std::vector<ConfigurationFile>
parse_configuration_files(const YamlSection& manifest, const std::filesystem::path& path) {
    std::vector<ConfigurationFile> files;
    for (const auto& item : manifest.items("configuration")) {
        const YamlSection section(item, path, {"path", "sha256"});
        files.push_back({
            .path = path.parent_path() / section.scalar(section.get("path"), "path"),
            .sha256 = section.scalar(section.get("sha256"), "sha256"),
        });
    }
    return files;
}

/// Whether the manifest says so, or else whether it could be so.
bool parse_boots_through_firmware(const YamlSection& manifest, bool has_partitions) {
    const bool possible = has_partitions && manifest.find("disk");
    const bool said = manifest.boolean("boots-through-firmware").value_or(possible);
    if (said && !possible)
        throw manifest.error(
            manifest.get("boots-through-firmware"),
            "Firmware boots from a disk with partitions, which this image has not");
    return said;
}

ImageManifest parse_files(const YamlSection& manifest, const std::filesystem::path& path) {
    const auto file = [&](std::string_view key) {
        const auto name = manifest.text(key);
        return name && !name->empty() ? path.parent_path() / *name : std::filesystem::path();
    };
    return {
        .disk = file("disk"),
        .disk_format =
            manifest.choice("disk-format", {"raw", "qcow2"}).value_or(0) == 0 ? "raw" : "qcow2",
        .has_partitions = manifest.choice("partition-table", {"gpt", "none"}).value_or(0) == 0,
        .kernel = file("kernel"),
        .initrd = file("initrd"),
        .tree = file("tree"),
        .firmware_variables = file("firmware-variables"),
    };
}

} // namespace

ImageManifest parse_image_manifest(std::string_view yaml, const std::filesystem::path& path) {
    const YamlSection section(
        parse_yaml(yaml, path),
        path,
        {"format",
         "distribution",
         "release",
         "architecture",
         "disk",
         "disk-format",
         "partition-table",
         "boots-through-firmware",
         "kernel",
         "initrd",
         "tree",
         "firmware-variables",
         "root",
         "kernel-command-line",
         "boots-without-initrd",
         "boots-tree-without-initrd",
         "systemd-version",
         "units",
         "digest",
         "mkosi-options",
         "built",
         "configuration"});
    constexpr int format = 1;
    if (section.number("format", 0, std::numeric_limits<int>::max()) != format)
        throw section.error(
            section.get("format"),
            fmt::format("This manifest is not of format {}", format),
            "Build the image again with this version");
    auto image = parse_files(section, path);
    if (image.disk.empty() && image.tree.empty())
        throw Error(fmt::format("{}: The image has neither a 'disk' nor a 'tree'", path.string()));
    image.boots_through_firmware = parse_boots_through_firmware(section, image.has_partitions);
    const auto text = [&](std::string_view key) { return section.scalar(section.get(key), key); };
    image.distribution = text("distribution");
    image.release = text("release");
    image.architecture = text("architecture");
    image.root = section.text("root").value_or("");
    image.kernel_command_line = section.text("kernel-command-line").value_or("");
    image.boots_without_initrd = section.boolean("boots-without-initrd").value_or(false);
    image.boots_tree_without_initrd = section.boolean("boots-tree-without-initrd").value_or(false);
    image.systemd_version =
        static_cast<int>(section.number("systemd-version", 0, 100000).value_or(0));
    image.units = section.texts("units");
    image.digest = section.text("digest").value_or("");
    image.mkosi_options = section.texts("mkosi-options");
    image.built = section.number("built", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    image.configuration = parse_configuration_files(section, path);
    return image;
}

} // namespace bootproof
