// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recorded_host.hpp"

#include "descriptor/yaml_section.hpp"

#include <charconv>

namespace bootproof {

namespace {

FirmwareImage parse_firmware_image(const YAML::Node& node, const std::filesystem::path& path) {
    const YamlSection section(
        node,
        path,
        {"code",
         "variables",
         "format",
         "machines",
         "architecture",
         "secure-boot",
         "requires-smm",
         "enrolled-keys"});
    return {
        .code = section.scalar(section.get("code"), "code"),
        .variables_template = section.scalar(section.get("variables"), "variables"),
        .format = section.text("format").value_or("raw"),
        .machines = section.texts("machines"),
        .architecture = section.scalar(section.get("architecture"), "architecture"),
        .secure_boot = section.boolean("secure-boot").value_or(false),
        .requires_smm = section.boolean("requires-smm").value_or(false),
        .enrolled_keys = section.boolean("enrolled-keys").value_or(false),
    };
}

void parse_version(const YamlSection& section, HostCapabilities& host) {
    host.qemu_version = section.scalar(section.get("qemu-version"), "qemu-version");
    const auto* end = host.qemu_version.data() + host.qemu_version.size();
    const auto major = std::from_chars(host.qemu_version.data(), end, host.qemu_major);
    if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.'
        || std::from_chars(major.ptr + 1, end, host.qemu_minor).ec != std::errc())
        throw section.error(
            section.get("qemu-version"), "'" + host.qemu_version + "' is not a version of QEMU");
}

ContainerHost parse_container(const YamlSection& host, const std::filesystem::path& path) {
    const auto node = host.find("container");
    if (!node)
        return {.fault = "no container was recorded"};
    const YamlSection section(
        *node,
        path,
        {"nspawn", "service-manager", "unified-cgroups", "controllers", "may-raise-limits"});
    return {
        .nspawn = section.scalar(section.get("nspawn"), "nspawn"),
        .has_service_manager = section.boolean("service-manager").value_or(false),
        .unified_cgroups = section.boolean("unified-cgroups").value_or(false),
        .controllers = section.texts("controllers"),
        .may_raise_limits = section.boolean("may-raise-limits").value_or(false),
    };
}

MkosiHost parse_mkosi(const YamlSection& host, const std::filesystem::path& path) {
    const auto node = host.find("mkosi");
    if (!node)
        return {};
    const YamlSection section(*node, path, {"program", "version"});
    return {
        .program = section.scalar(section.get("program"), "program"),
        .version = static_cast<int>(section.number("version", 1, 999).value_or(0)),
        .fault = {},
    };
}

LibvirtHost parse_libvirt(const YamlSection& host, const std::filesystem::path& path) {
    const auto node = host.find("libvirt");
    if (!node)
        return {};
    const YamlSection section(*node, path, {"virsh", "uri", "security-models"});
    return {
        .virsh = section.scalar(section.get("virsh"), "virsh"),
        .uri = section.scalar(section.get("uri"), "uri"),
        .fault = {},
        .security_models = section.texts("security-models"),
    };
}

VmspawnHost parse_vmspawn(const YamlSection& host, const std::filesystem::path& path) {
    const auto node = host.find("vmspawn");
    if (!node)
        return {};
    const YamlSection section(
        *node,
        path,
        {"program", "version", "architecture", "dbus-daemon", "in-unit", "unified-cgroups"});
    return {
        .program = section.scalar(section.get("program"), "program"),
        .version = static_cast<int>(section.number("version", 1, 999).value_or(0)),
        .architecture = section.text("architecture").value_or("x86-64"),
        .dbus_daemon = section.text("dbus-daemon").value_or(""),
        .is_in_unit = section.boolean("in-unit").value_or(true),
        .unified_cgroups = section.boolean("unified-cgroups").value_or(true),
        .fault = {},
    };
}

} // namespace

HostCapabilities parse_host(std::string_view yaml, const std::filesystem::path& path) {
    const YamlSection section(
        parse_yaml(yaml, path),
        path,
        {"qemu",
         "qemu-version",
         "qemu-img",
         "swtpm",
         "virtiofsd",
         "kvm",
         "vsock",
         "journal-remote",
         "firmware",
         "root",
         "user",
         "container",
         "libvirt",
         "mkosi",
         "vmspawn"});
    HostCapabilities host{
        .qemu = section.scalar(section.get("qemu"), "qemu"),
        .qemu_img = section.text("qemu-img").value_or(""),
        .swtpm = section.text("swtpm").value_or(""),
        .virtiofsd = section.text("virtiofsd").value_or(""),
        .kvm_proven = section.boolean("kvm").value_or(false),
        .vsock = section.boolean("vsock").value_or(false),
        .journal_remote = section.scalar(section.get("journal-remote"), "journal-remote"),
        .is_root = section.boolean("root").value_or(false),
        .unprivileged_user = section.text("user").value_or("nobody"),
    };
    parse_version(section, host);
    host.container = parse_container(section, path);
    host.libvirt = parse_libvirt(section, path);
    host.mkosi = parse_mkosi(section, path);
    host.vmspawn = parse_vmspawn(section, path);
    if (const auto images = section.find("firmware"))
        for (const auto& image : *images)
            host.firmware.push_back(parse_firmware_image(image, path));
    return host;
}

RunOptions parse_options(std::string_view yaml, const std::filesystem::path& path) {
    const YamlSection section(
        parse_yaml(yaml, path),
        path,
        {"console", "machine", "backend", "boot", "accelerator", "timeout-factor", "keep"});
    RunOptions options;
    if (const auto choice = section.choice("console", {"unattended", "interactive", "shell"}))
        options.console = static_cast<Console>(*choice);
    if (const auto choice = section.choice("machine", {"auto", "vm", "container"}))
        options.machine = static_cast<MachineRequest>(*choice);
    if (const auto word = section.text("backend"))
        options.backend = backend_named(*word);
    if (const auto choice = section.choice("boot", {"own", "fork", "auto"}))
        options.boot = static_cast<Boot>(*choice);
    if (const auto choice = section.choice("accelerator", {"auto", "kvm", "tcg"}))
        options.accelerator = static_cast<AcceleratorChoice>(*choice);
    if (const auto choice = section.choice("keep", {"none", "failed"}))
        options.keep_failed = *choice == 1;
    if (const auto factor = section.number("timeout-factor", 1, 100))
        options.timeout_factor = static_cast<double>(*factor);
    return options;
}

} // namespace bootproof
