// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/domain_xml.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "plan/devices.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/qemu.hpp"
#include "plan/relay.hpp"
#include "plan/tpm.hpp"

#include <pugixml.hpp>

#include <fmt/format.h>

#include <chrono>
#include <sstream>

namespace bootproof {

namespace {

/// A value as XML 1.0 can have it; what it cannot, refuse_libvirt() has found, unless it comes from
/// this run's own directories.
std::string xml_text(const std::string& value) {
    if (printable(value) != value)
        throw Error(fmt::format("'{}' has a character that is none in XML", one_line(value)));
    return value;
}

void set(pugi::xml_node node, const char* attribute, const std::string& value) {
    node.append_attribute(attribute) = xml_text(value).c_str();
}

pugi::xml_node
add(pugi::xml_node parent,
    const char* element,
    std::initializer_list<std::pair<const char*, std::string>> attributes = {}) {
    auto node = parent.append_child(element);
    for (const auto& [name, value] : attributes)
        set(node, name, value);
    return node;
}

pugi::xml_node add_text(pugi::xml_node parent, const char* element, const std::string& text) {
    auto node = parent.append_child(element);
    node.text() = xml_text(text).c_str();
    return node;
}

bool is_x86(const MachineInput& input) {
    return input.plan.image.architecture == "x86-64";
}

bool has_smm(const MachineInput& input) {
    return is_x86(input) && input.firmware && input.firmware->requires_smm;
}

std::string on_off(bool value) {
    return value ? "on" : "off";
}

void add_size(const MachineInput& input, pugi::xml_node domain) {
    const auto& test = input.plan.descriptor;
    auto memory = add_text(domain, "memory", fmt::format("{}", test.memory_mib));
    set(memory, "unit", "MiB");
    add_text(domain, "vcpu", fmt::format("{}", test.cpus));
}

std::vector<std::string> oem_strings(const MachineInput& input) {
    std::vector<std::string> strings;
    if (input.firmware) {
        const auto line = join_kernel_arguments(input.decided.kernel_command_line);
        for (const auto key : boot_loader_keys)
            strings.push_back(fmt::format("{}={}", key, line));
    }
    for (const auto& string : input.credentials.strings)
        strings.push_back(string);
    return strings;
}

void add_oem_strings(pugi::xml_node domain, const std::vector<std::string>& strings) {
    if (strings.empty())
        return;
    auto list = add(add(domain, "sysinfo", {{"type", "smbios"}}), "oemStrings");
    for (const auto& string : strings)
        add_text(list, "entry", string);
}

void add_firmware(const FirmwareImage& firmware, const LaunchPlan& plan, pugi::xml_node os) {
    auto loader = add_text(os, "loader", firmware.code.string());
    set(loader, "readonly", "yes");
    set(loader, "secure", firmware.requires_smm ? "yes" : "no");
    set(loader, "type", "pflash");
    // libvirt makes the copy.
    auto variables = add_text(os, "nvram", (plan.directory / "variables").string());
    set(variables, "template", firmware.variables_template.string());
    // Before libvirt 9.2 they were raw, and there was no word for it.
    if (firmware.format != "raw")
        for (auto node : {loader, variables})
            set(node, "format", firmware.format);
}

void add_boot(const MachineInput& input, bool has_strings, pugi::xml_node domain) {
    const auto& image = input.plan.image;
    auto os = add(domain, "os");
    auto type = add_text(os, "type", "hvm");
    set(type, "arch", is_x86(input) ? "x86_64" : "aarch64");
    set(type, "machine", is_x86(input) ? "q35" : "virt");
    if (input.firmware) {
        add_firmware(*input.firmware, input.decided, os);
    } else {
        add_text(os, "kernel", image.kernel.string());
        if (input.decided.firmware == Firmware::linux)
            add_text(os, "initrd", image.initrd.string());
        add_text(os, "cmdline", join_kernel_arguments(input.decided.kernel_command_line));
    }
    if (has_strings)
        add(os, "smbios", {{"mode", "sysinfo"}});
}

void add_board(const MachineInput& input, pugi::xml_node domain) {
    const bool kvm = input.decided.accelerator == "kvm";
    auto features = add(domain, "features");
    // libvirt has it on arm64 with UEFI only, where alone the kernel would use it.
    if (is_x86(input) || input.firmware)
        add(features, "acpi");
    if (is_x86(input)) {
        add(features, "smm", {{"state", on_off(has_smm(input))}});
        add(features, "vmport", {{"state", "off"}});
    }
    add(domain, "cpu", {{"mode", kvm ? "host-passthrough" : "maximum"}});
    auto clock = add(domain, "clock", {{"offset", "utc"}});
    if (input.plan.descriptor.rtc) {
        const auto now = std::chrono::system_clock::to_time_t(input.plan.resources.now);
        clock.attribute("offset") = "absolute";
        set(clock, "start", fmt::format("{}", now));
    }
    if (is_x86(input))
        add(clock, "timer", {{"name", "hpet"}, {"present", "no"}});
}

void add_ends(const MachineInput& input, pugi::xml_node domain) {
    add_text(domain, "on_poweroff", "destroy");
    // A reset that nobody declared is a verdict of its own, and the machine must not start the test
    // again.
    add_text(domain, "on_reboot", may_boot_again(input.plan) ? "restart" : "destroy");
    add_text(domain, "on_crash", "destroy");
    // Firmware that protects its variables does not start with S3 (OvmfPkg/README, "SMM support").
    if (has_smm(input))
        add(add(domain, "pm"), "suspend-to-mem", {{"enabled", "no"}});
}

/// QEMU places the devices of its arguments first, in the lowest free slots; libvirt must not have
/// planned with these.
void add_high_slot(pugi::xml_node device, const char* slot) {
    add(device, "address", {{"type", "pci"}, {"bus", "0x00"}, {"slot", slot}});
}

void add_console(const MachineInput& input, pugi::xml_node devices) {
    const auto& plan = input.decided;
    const bool attended = plan.console_socket.empty();
    auto serial = add(devices, "serial", {{"type", attended ? "pty" : "unix"}});
    if (attended)
        add(serial, "log", {{"file", plan.console_log.string()}, {"append", "off"}});
    else
        add(serial, "source", {{"mode", "connect"}, {"path", plan.console_socket.string()}});
    add(serial, "target", {{"port", "0"}});
}

void add_channel(
    pugi::xml_node devices, std::string_view port, const std::filesystem::path& socket) {
    if (socket.empty())
        return;
    auto channel = add(devices, "channel", {{"type", "unix"}});
    add(channel, "source", {{"mode", "connect"}, {"path", socket.string()}});
    add(channel, "target", {{"type", "virtio"}, {"name", std::string(port)}});
}

void add_devices(const MachineInput& input, pugi::xml_node domain) {
    auto devices = add(domain, "devices");
    add_text(devices, "emulator", input.plan.host.qemu.string());
    add(devices, "controller", {{"type", "usb"}, {"model", "none"}});
    add_high_slot(add(devices, "controller", {{"type", "virtio-serial"}, {"index", "0"}}), "0x1e");
    add_console(input, devices);
    add_channel(devices, notify_port_name, input.decided.notify_socket);
    add_channel(devices, journal_port_name, input.decided.journal_socket);
    add(devices, "memballoon", {{"model", "none"}});
    auto random = add(devices, "rng", {{"model", "virtio"}});
    set(add_text(random, "backend", "/dev/urandom"), "model", "random");
    add_high_slot(random, "0x1d");
}

/// Who QEMU is. The system's libvirt would make it a user who cannot enter the directory of the
/// run, which is root's (without capabilities: qemu.conf, clear_emulator_capabilities); and
/// profiles that libvirt makes do not know what is in QEMU's arguments.
void add_security(const MachineInput& input, pugi::xml_node domain) {
    for (const auto& model : input.plan.host.libvirt.security_models) {
        const bool is_dac = model == "dac";
        auto label =
            add(domain, "seclabel", {{"type", is_dac ? "static" : "none"}, {"model", model}});
        if (!is_dac)
            continue;
        set(label, "relabel", "no");
        add_text(label, "label", "+0:+0");
    }
}

std::vector<std::string> qemu_arguments(const MachineInput& input) {
    const auto& test = input.plan.descriptor;
    std::vector<std::string> arguments{"-device", "pvpanic-pci"};
    if (needs_smbios_3(input))
        arguments.insert(arguments.end(), {"-machine", "smbios-entry-point-type=64"});
    for (const auto& part :
         {root_disk_arguments(input),
          nameless_drive_arguments(test),
          device_arguments(test),
          // libvirt's "external" would be it, but wants the tools to set one up as well.
          test.tpm ? tpm_arguments(input.plan) : std::vector<std::string>(),
          monitor_arguments(input),
          input.credentials.arguments,
          // Last, so that they win.
          test.qemu_args})
        arguments.insert(arguments.end(), part.begin(), part.end());
    return arguments;
}

void add_qemu_arguments(const MachineInput& input, pugi::xml_node domain) {
    auto line = add(domain, "qemu:commandline");
    for (const auto& argument : qemu_arguments(input))
        add(line, "qemu:arg", {{"value", argument}});
    for (const auto& [name, value] : input.decided.environment)
        add(line, "qemu:env", {{"name", name}, {"value", value}});
}

} // namespace

std::string domain_xml(const MachineInput& input, const std::string& name) {
    pugi::xml_document document;
    auto domain =
        add(document.root(),
            "domain",
            {{"type", input.decided.accelerator == "kvm" ? "kvm" : "qemu"},
             {"xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0"}});
    add_text(domain, "name", name);
    add_size(input, domain);
    const auto strings = oem_strings(input);
    add_oem_strings(domain, strings);
    add_boot(input, !strings.empty(), domain);
    add_board(input, domain);
    add_ends(input, domain);
    add_devices(input, domain);
    add_security(input, domain);
    add_qemu_arguments(input, domain);
    std::ostringstream text;
    document.save(text, "  ", pugi::format_indent | pugi::format_no_declaration);
    return text.str();
}

} // namespace bootproof
