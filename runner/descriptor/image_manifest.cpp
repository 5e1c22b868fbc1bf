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
         "kernel",
         "initrd",
         "tree",
         "firmware-variables",
         "root",
         "kernel-command-line",
         "boots-without-initrd",
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
    const auto text = [&](std::string_view key) { return section.scalar(section.get(key), key); };
    const auto file = [&](std::string_view key) { return path.parent_path() / text(key); };
    return {
        .distribution = text("distribution"),
        .release = text("release"),
        .architecture = text("architecture"),
        .disk = file("disk"),
        .kernel = file("kernel"),
        .initrd = file("initrd"),
        .tree = section.find("tree") ? file("tree") : std::filesystem::path(),
        .firmware_variables = section.find("firmware-variables") ? file("firmware-variables")
                                                                 : std::filesystem::path(),
        .root = text("root"),
        .kernel_command_line = text("kernel-command-line"),
        .boots_without_initrd = section.boolean("boots-without-initrd").value_or(false),
        .systemd_version =
            static_cast<int>(section.number("systemd-version", 0, 100000).value_or(0)),
        .units = section.texts("units"),
        .digest = text("digest"),
        .mkosi_options = section.texts("mkosi-options"),
        .built = section.number("built", 0, std::numeric_limits<std::int64_t>::max()).value_or(0),
        .configuration = parse_configuration_files(section, path),
    };
}

} // namespace bootproof
