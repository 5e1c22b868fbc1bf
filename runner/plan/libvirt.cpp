// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/libvirt.hpp"

#include "base/printable.hpp"
#include "base/shell_quote.hpp"
#include "plan/domain_xml.hpp"
#include "plan/fault.hpp"

#include <pugixml.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

/// libvirt gives QEMU all strings of the SMBIOS table as one argument, which Linux limits to 32
/// pages (execve(2), MAX_ARG_STRLEN).
constexpr std::size_t longest_argument = 128 * 1024;
/// What the runner's own strings take of it at most: relays, drop-ins, the kernel command line.
constexpr std::size_t own_strings = 24 * 1024;

/// XML 1.0 has no control characters, however they are escaped.
bool fits_xml(std::string_view text) {
    return printable(text) == text;
}

bool fit_xml(const std::vector<std::string>& texts) {
    return std::ranges::all_of(texts, [](const std::string& text) { return fits_xml(text); });
}

bool fits_xml(const Drive& drive) {
    return fits_xml(drive.id) && fits_xml(drive.file.string()) && fits_xml(drive.options);
}

/// The first key whose value cannot be written into a domain; empty where there is none.
std::string_view key_without_xml(const TestDescriptor& test) {
    if (!fit_xml(test.cmdline))
        return "cmdline";
    if (!fit_xml(test.devices))
        return "devices";
    if (!std::ranges::all_of(test.drives, [](const Drive& drive) { return fits_xml(drive); }))
        return "drives";
    if (!fit_xml(test.qemu_args))
        return "qemu-args";
    if (!fits_xml(test.firmware_variables.string()))
        return "firmware-variables";
    return {};
}

bool images_fit_xml(const ImageManifest& image) {
    return fit_xml(
        {image.disk.string(),
         image.kernel.string(),
         image.initrd.string(),
         image.kernel_command_line});
}

std::optional<Refusal> refuse_texts(const BackendQuestion& question) {
    if (const auto key = key_without_xml(question.descriptor); !key.empty())
        return Refusal{
            std::string(key), fmt::format("'{}' has a character that is none in XML", key), {}};
    if (!images_fit_xml(question.image))
        return Refusal{
            {},
            "The image's manifest has a path with a character that is none in XML",
            "Give the build directory another name, or leave out --backend"};
    return std::nullopt;
}

std::optional<Refusal> refuse_drives(const TestDescriptor& test) {
    for (const auto& drive : test.drives)
        // They would have to share a file that somebody makes and removes: libvirt takes no
        // descriptor of one without a name from virsh.
        if (!drive.same_as.empty())
            return Refusal{
                "drives",
                fmt::format(
                    "libvirt has no throw-away drives that share their bytes ('{}')", drive.id),
                {}};
    return std::nullopt;
}

std::optional<Refusal> refuse_credentials(const TestDescriptor& test) {
    std::size_t bytes = own_strings;
    for (const auto& credential : test.credentials)
        bytes += smbios_string(credential).size() + std::string_view(",value=").size();
    if (bytes < longest_argument)
        return std::nullopt;
    return Refusal{
        "credentials",
        fmt::format(
            "libvirt gives QEMU all credentials as one argument, of at most {} bytes",
            longest_argument),
        {}};
}

/// virsh splits its argument into commands and words much as a shell does; see vsh.c,
/// vshCommandStringGetArg().
std::string
virsh_commands(const PlanInput& input, const std::string& domain, const std::string& file) {
    const auto create = fmt::format("create {} --autodestroy", shell_quote(file));
    if (input.options.console != Console::unattended)
        return create + " --console";
    // The first event after the start is the end, or its beginning: nobody suspends the domain, and
    // a reset is an event of another kind.
    return fmt::format("{}; event {} lifecycle", create, shell_quote(domain));
}

} // namespace

std::vector<std::string> parse_security_models(std::string_view capabilities) {
    pugi::xml_document document;
    if (const auto result = document.load_buffer(capabilities.data(), capabilities.size()); !result)
        throw Error(
            fmt::format("The capabilities of libvirt are no XML: {}", result.description()));
    std::vector<std::string> models;
    for (const auto& model : document.child("capabilities").child("host").children("secmodel"))
        if (const std::string name = model.child_value("model"); !name.empty() && name != "none")
            models.push_back(name);
    return models;
}

std::optional<Refusal> refuse_libvirt(const BackendQuestion& question) {
    if (const auto& fault = question.host.libvirt.fault; !fault.empty())
        return Refusal{
            {},
            fault,
            "Install libvirt (Debian: libvirt-daemon, libvirt-daemon-driver-qemu and "
            "libvirt-clients; for root libvirt-daemon-system), or leave out --backend"};
    if (auto refusal = refuse_texts(question))
        return refusal;
    if (auto refusal = refuse_drives(question.descriptor))
        return refusal;
    return refuse_credentials(question.descriptor);
}

void plan_libvirt(const MachineInput& input, LaunchPlan& plan) {
    const auto& host = input.plan.host.libvirt;
    // Of the directory, which no other run has.
    const auto domain = fmt::format("bootproof-{}", plan.directory.filename().string());
    const auto file = plan.directory / "domain.xml";
    plan.files.push_back({.path = file, .content = domain_xml(input, domain)});
    plan.machine = {
        host.virsh.string(),
        "--connect",
        host.uri,
        virsh_commands(input.plan, domain, file.string()),
    };
    // Its errors are read; the machine's own environment is in the domain.
    plan.environment = {{"LC_ALL", "C.UTF-8"}};
    // It repeats what it was told to do.
    plan.discards_output = input.plan.options.console == Console::unattended;
}

} // namespace bootproof
