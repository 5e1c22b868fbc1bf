// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/vmspawn.hpp"

#include "base/error.hpp"
#include "plan/devices.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/qemu.hpp"
#include "plan/vmspawn_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bootproof {

namespace {

using Arguments = std::vector<std::string>;

enum class Feature : std::uint8_t {
    qemu_arguments,
    transient_tpm,
    ephemeral,
    no_firmware,
    transient_variables,
    headless,
    nvme,
    grown_snapshot,
};

struct Row {
    Feature feature;
    int since;
};

/// Versions of systemd: "Added in version" in systemd-vmspawn(1), or else its source.
constexpr auto rows = std::to_array<Row>({
    // $SYSTEMD_VMSPAWN_QEMU_EXTRA, and --keep-unit
    {Feature::qemu_arguments, 257},
    // --tpm-state=; before it a TPM's state is never kept
    {Feature::transient_tpm, 258},
    // --ephemeral; before it the machine writes to the image
    {Feature::ephemeral, 260},
    // --firmware=none; before it there is always UEFI
    {Feature::no_firmware, 261},
    // --efi-nvram-state=; before it only firmware for secure boot has variables
    {Feature::transient_variables, 261},
    // --console=headless
    {Feature::headless, 261},
    // --image-disk-type=
    {Feature::nvme, 261},
    // --grow-image= leaves the image as it is where that is --ephemeral
    {Feature::grown_snapshot, 262},
});

bool has(const VmspawnHost& host, Feature feature) {
    const auto row = std::ranges::find(rows, feature, &Row::feature);
    if (row == rows.end())
        throw std::logic_error("Unknown feature");
    return host.version >= row->since;
}

void append(Arguments& arguments, Arguments more) {
    std::ranges::move(more, std::back_inserter(arguments));
}

std::string_view yes_no(bool value) {
    return value ? "yes" : "no";
}

Refusal too_old(const VmspawnHost& host, std::string key, std::string_view what) {
    return {
        .key = std::move(key),
        .text = fmt::format("systemd-vmspawn {} {}", host.version, what),
        .hint = {}};
}

std::optional<Refusal> refuse_host(const BackendQuestion& question) {
    const auto& vmspawn = question.host.vmspawn;
    if (!vmspawn.fault.empty())
        return Refusal{
            {},
            vmspawn.fault,
            "Leave out --backend=vmspawn, or see docs/backends.md for what it needs"};
    if (!has(vmspawn, Feature::qemu_arguments))
        return too_old(
            vmspawn,
            {},
            "hands no arguments on to QEMU, which the runner's channels are "
            "($SYSTEMD_VMSPAWN_QEMU_EXTRA)");
    if (question.image.architecture != vmspawn.architecture)
        return Refusal{
            {},
            fmt::format(
                "systemd-vmspawn runs machines of the host's architecture ({}), and the image is "
                "for {}",
                vmspawn.architecture,
                question.image.architecture),
            {}};
    if (!question.options.qemu.empty())
        return Refusal{
            {},
            fmt::format(
                "systemd-vmspawn takes the QEMU that it finds, not '{}'",
                question.options.qemu.string()),
            "Leave out --qemu"};
    return std::nullopt;
}

/// Several devices on one drive would each see a snapshot of its own.
std::optional<Refusal> refuse_drives(const TestDescriptor& test) {
    const auto shared = std::ranges::find_if(
        test.drives, [](const Drive& drive) { return !drive.same_as.empty(); });
    if (shared == test.drives.end())
        return std::nullopt;
    return Refusal{
        "drives",
        fmt::format(
            "QEMU gets no descriptors through systemd-vmspawn, so '{}' cannot be the same as '{}'",
            shared->id,
            shared->same_as),
        {}};
}

std::optional<Refusal> refuse_test(const BackendQuestion& question) {
    const auto& test = question.descriptor;
    const auto& vmspawn = question.host.vmspawn;
    if (boots_directly(test.firmware) && !has(vmspawn, Feature::no_firmware))
        return too_old(vmspawn, "firmware", "boots no machine without UEFI");
    if (!test.firmware_variables.empty() && !has(vmspawn, Feature::transient_variables))
        return too_old(vmspawn, "firmware-variables", "has no variables of the firmware");
    if (test.disk_bytes > 0 && !has(vmspawn, Feature::grown_snapshot))
        return too_old(vmspawn, "disk-size", "would make the image itself larger");
    if (test.tpm && question.host.swtpm.empty())
        return Refusal{
            "tpm",
            "'swtpm' was not found in $PATH, which is the machine's TPM",
            ask_doctor("Install swtpm")};
    return refuse_drives(test);
}

/// A word of the variable, which is split at blanks; quotes and C's escapes count as in unit files
/// (systemd.syntax(7)).
std::string extra_word(std::string_view word) {
    std::string escaped;
    for (const char c : word)
        switch (c) {
        case '\\':
        case '"':
        case '\'':
            escaped += {'\\', c};
            break;
        case '\n':
            escaped += "\\n";
            break;
        default:
            escaped += c;
        }
    const bool plain = !word.empty() && word.find_first_of(" \t\r\n") == std::string_view::npos;
    return plain ? escaped : '"' + escaped + '"';
}

/// An option a line, as the variable may have it.
std::string extra_value(const Arguments& arguments) {
    std::string value;
    for (const auto& word : arguments) {
        if (!value.empty())
            value += word.starts_with('-') ? '\n' : ' ';
        value += extra_word(word);
    }
    return value;
}

Arguments qemu_options(const MachineInput& input) {
    // With the option all drives are snapshots that are none of their own.
    Arguments arguments;
    if (!has(input.plan.host.vmspawn, Feature::ephemeral))
        arguments.emplace_back("-snapshot");
    append(arguments, added_arguments(input, nameless_drive_arguments(input.plan.descriptor)));
    return arguments;
}

/// One of QEMU's firmware descriptors (docs/interop/firmware.json), so that systemd-vmspawn takes
/// the firmware and the variables that were chosen.
std::string firmware_description(const FirmwareImage& image) {
    auto features = nlohmann::json::array();
    if (image.secure_boot)
        features.push_back("secure-boot");
    if (image.requires_smm)
        features.push_back("requires-smm");
    if (image.enrolled_keys)
        features.push_back("enrolled-keys");
    const auto file = [&](const std::filesystem::path& path) {
        return nlohmann::json{{"filename", path.string()}, {"format", image.format}};
    };
    const nlohmann::json document{
        {"description", "What the test asks for"},
        {"interface-types", {"uefi"}},
        {"mapping",
         {{"device", "flash"},
          {"mode", "split"},
          {"executable", file(image.code)},
          {"nvram-template", file(image.variables_template)}}},
        {"targets", {{{"architecture", image.architecture}, {"machines", image.machines}}}},
        {"features", features},
        {"tags", nlohmann::json::array()},
    };
    return document.dump(4) + "\n";
}

std::filesystem::path firmware_path(const LaunchPlan& plan) {
    return plan.directory / "firmware.json";
}

Arguments boot_options(const MachineInput& input) {
    const auto& vmspawn = input.plan.host.vmspawn;
    const auto& image = input.plan.image;
    if (!input.firmware) {
        Arguments options{"--firmware=none", "--linux=" + image.kernel.string()};
        if (input.decided.firmware == Firmware::linux)
            options.push_back("--initrd=" + image.initrd.string());
        else
            options.emplace_back("--image-disk-type=nvme");
        return options;
    }
    Arguments options{"--firmware=" + firmware_path(input.decided).string()};
    if (has(vmspawn, Feature::transient_variables))
        // It would be a file beside the image.
        options.emplace_back("--efi-nvram-state=off");
    return options;
}

Arguments disk_options(const MachineInput& input) {
    const auto& test = input.plan.descriptor;
    Arguments options{"--image=" + input.plan.image.disk.string()};
    if (has(input.plan.host.vmspawn, Feature::ephemeral))
        options.emplace_back("--ephemeral");
    if (test.disk_bytes > 0)
        options.push_back(fmt::format("--grow-image={}", test.disk_bytes));
    return options;
}

std::string console_option(const MachineInput& input) {
    if (input.plan.options.console != Console::unattended)
        return "--console=interactive";
    return has(input.plan.host.vmspawn, Feature::headless) ? "--console=headless"
                                                           : "--console=read-only";
}

/// Its files are in a directory of this name in that of the run: both together must not be longer
/// than the path of a socket (unix(7)). A scope has it as well where there is one, so it is unique.
std::string machine_name(const LaunchPlan& plan) {
    const auto run = plan.directory.filename().string();
    return "bootproof-" + run.substr(run.rfind('.') + 1);
}

Arguments machine_options(const MachineInput& input) {
    const auto& test = input.plan.descriptor;
    const auto& host = input.plan.host;
    Arguments options{
        "--quiet",
        "--machine=" + machine_name(input.decided),
        "--register=no",
    };
    if (host.is_root)
        // A session of another user is no unit to systemd-vmspawn: it makes a scope there.
        options.emplace_back("--keep-unit");
    append(
        options,
        {
            fmt::format("--cpus={}", test.cpus),
            fmt::format("--ram={}M", test.memory_mib),
            fmt::format("--kvm={}", yes_no(input.decided.accelerator == "kvm")),
            // Messages and journal of the guest are for the runner, and systemd-vmspawn would have
            // both sent to itself.
            "--vsock=no",
            fmt::format("--tpm={}", yes_no(test.tpm)),
            "--pass-ssh-key=no",
            console_option(input),
        });
    if (test.tpm && has(host.vmspawn, Feature::transient_tpm))
        options.emplace_back("--tpm-state=off");
    return options;
}

} // namespace

std::optional<Refusal> refuse_vmspawn(const BackendQuestion& question) {
    if (auto refusal = refuse_host(question))
        return refusal;
    return refuse_test(question);
}

bool has_nvme_disk(const VmspawnHost& host) {
    return has(host, Feature::nvme);
}

void plan_vmspawn(const MachineInput& input, LaunchPlan& plan) {
    const auto& vmspawn = input.plan.host.vmspawn;
    plan.cgroup = vmspawn_cgroup(vmspawn, plan.directory);
    if (input.firmware)
        plan.files.push_back(
            {.path = firmware_path(plan), .content = firmware_description(*input.firmware)});
    // Its own directory of files, and of what the guest writes to the disk.
    plan.environment["RUNTIME_DIRECTORY"] = plan.directory.string();
    plan.environment["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = extra_value(qemu_options(input));
    auto command = vmspawn_site_command(vmspawn, plan.directory, plan.cgroup);
    command.push_back(vmspawn.program.string());
    append(command, machine_options(input));
    append(command, disk_options(input));
    append(command, boot_options(input));
    for (const auto& word : plan.kernel_command_line)
        command.push_back(join_kernel_arguments({word}));
    plan.machine = std::move(command);
    plan.cleans_up = true;
    // The console where it cannot do without one, which the serial one repeats.
    plan.discards_output = input.plan.options.console == Console::unattended;
}

} // namespace bootproof
