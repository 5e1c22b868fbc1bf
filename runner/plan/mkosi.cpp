// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/mkosi.hpp"

#include "plan/devices.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/nspawn.hpp"
#include "plan/qemu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace bootproof {

namespace {

using Arguments = std::vector<std::string>;

/// What verb and options are called, from a version on (mkosi.news.7 of 25 and 26).
struct Names {
    int since;
    std::string_view vm;
    std::string_view firmware;
    std::string_view variables;
    std::string_view kvm;
    std::string_view vsock;
    std::string_view tpm;
    std::string_view cpus;
    std::string_view memory;
    std::string_view drive;
    /// Whose terminal the console is, and nothing in between; empty where it is so anyway.
    std::string_view console;
    /// Nobody looks at the console.
    std::string_view no_console;
    /// Do not tell systemd-machined; empty where nothing is told.
    std::string_view unregistered;
    /// Between the verb and what is for the program that mkosi starts; empty where mkosi would hand
    /// it on.
    std::string_view delimiter;
};

constexpr auto all_names = std::to_array<Names>({
    // clang-format off
    {24, "qemu", "--qemu-firmware", "--qemu-firmware-variables", "--qemu-kvm", "--qemu-vsock", "--qemu-swtpm", "--qemu-smp",
     "--qemu-mem", "--qemu-drive", "", "", "", ""},
    {25, "vm", "--firmware", "--firmware-variables", "--kvm", "--vsock", "--tpm", "--cpus", "--ram", "--drive",
     "--console=native", "--console=native", "--register=no", ""},
    {26, "vm", "--firmware", "--firmware-variables", "--kvm", "--vsock", "--tpm", "--cpus", "--ram", "--drive",
     "--console=native", "--console=headless", "--register=no", "--"},
    // clang-format on
});

const Names& names_of(int version) {
    const auto* names = all_names.data();
    for (const auto& row : all_names)
        if (version >= row.since)
            names = &row;
    return *names;
}

void append(Arguments& arguments, Arguments more) {
    std::ranges::move(more, std::back_inserter(arguments));
}

void append_some(Arguments& arguments, std::string_view option) {
    if (!option.empty())
        arguments.emplace_back(option);
}

Arguments verb(std::string_view name, const Names& names) {
    Arguments arguments{std::string(name)};
    append_some(arguments, names.delimiter);
    return arguments;
}

std::string option(std::string_view name, std::string_view value) {
    return fmt::format("{}={}", name, value);
}

std::string_view yes_no(bool value) {
    return value ? "yes" : "no";
}

/// mkosi splits the words at every blank and newline, and joins them with one blank.
bool survives_splitting(const std::string& word) {
    return word.find_first_of("\n\t") == std::string::npos && word.find("  ") == std::string::npos;
}

/// Drives with a size are mkosi's to make: QEMU would get ours as an open descriptor, and mkosi
/// hands on none.
Arguments drive_options(const TestDescriptor& test, const Names& names) {
    Arguments arguments;
    for (const auto& drive : test.drives) {
        if (!drive.file.empty())
            continue;
        const auto& original = drive.same_as.empty()
                                   ? drive
                                   : *std::ranges::find(test.drives, drive.same_as, &Drive::id);
        auto value = fmt::format("{}:{}", drive.id, original.bytes);
        if (!drive.same_as.empty())
            value += fmt::format(":::{}", drive.same_as);
        arguments.push_back(option(names.drive, value));
    }
    return arguments;
}

std::optional<Refusal> refuse_drives(const TestDescriptor& test, int version) {
    for (const auto& drive : test.drives) {
        // mkosi 24 splits an option at three colons at most, and so never sees the fifth part.
        if (!drive.same_as.empty() && version < 25)
            return Refusal{
                "drives",
                fmt::format("mkosi {} has no drives that share a file ('{}')", version, drive.id),
                "Use mkosi 25 or later, or another backend"};
        // They would be -drive's in one version and -blockdev's in another.
        if (!drive.options.empty() && drive.file.empty())
            return Refusal{
                "drives",
                fmt::format("'options' of drive '{}' are not those of mkosi's drives", drive.id),
                {}};
    }
    return std::nullopt;
}

std::optional<Refusal> refuse_vm(const BackendQuestion& question) {
    const auto& test = question.descriptor;
    if (!std::ranges::all_of(test.cmdline, survives_splitting))
        return Refusal{
            "cmdline",
            "mkosi makes one blank of newlines, tabs and several blanks on the kernel command line",
            {}};
    return refuse_drives(test, question.host.mkosi.version);
}

Arguments image_options(const PlanInput& input) {
    Arguments command{input.host.mkosi.program.string()};
    append(command, input.image.mkosi_options);
    return command;
}

/// What is the same for machine and container.
Arguments common_options(const PlanInput& input, const LaunchPlan& plan, const Names& names) {
    Arguments arguments{
        "--machine=" + host_name(plan.name),
        "--runtime-network=none",
        "--runtime-build-sources=no",
        // Which would want the cache of the build.
        "--incremental=no",
    };
    append_some(arguments, names.unregistered);
    append_some(
        arguments, input.options.console == Console::unattended ? names.no_console : names.console);
    return arguments;
}

} // namespace

std::optional<Refusal> refuse_mkosi(const BackendQuestion& question) {
    const auto& mkosi = question.host.mkosi;
    if (!mkosi.fault.empty())
        return Refusal{{}, mkosi.fault, "Install mkosi 24.3 or later, or leave out --backend"};
    if (question.image.mkosi_options.empty())
        return Refusal{
            {},
            "The image was not built by mkosi, as far as its manifest says ('mkosi-options')",
            "Build it with meson compile mkosi, or leave out --backend"};
    return refuse_vm(question);
}

void plan_mkosi_vm(const MachineInput& input, LaunchPlan& plan) {
    const auto& test = input.plan.descriptor;
    const auto& names = names_of(input.plan.host.mkosi.version);
    auto command = image_options(input.plan);
    append(
        command,
        {
            "--output-dir=" + input.plan.image.disk.parent_path().string(),
            "--format=disk",
            "--output=" + input.plan.image.disk.stem().string(),
            // A copy of the disk beside it, which mkosi removes.
            "--ephemeral=yes",
        });
    append(command, common_options(input.plan, plan, names));
    append(
        command,
        {
            option(names.firmware, to_string(plan.firmware)),
            option(names.kvm, yes_no(plan.accelerator == "kvm")),
            option(names.vsock, "no"),
            option(names.tpm, yes_no(test.tpm)),
            option(names.cpus, fmt::format("{}", test.cpus)),
            option(names.memory, fmt::format("{}M", test.memory_mib)),
            option("--kernel-command-line-extra", join_kernel_arguments(plan.kernel_command_line)),
        });
    if (input.firmware)
        command.push_back(option(names.variables, input.firmware->variables_template.string()));
    if (test.disk_bytes > 0)
        command.push_back(option("--runtime-size", fmt::format("{}", test.disk_bytes)));
    append(command, drive_options(test, names));
    append(command, verb(names.vm, names));
    append(command, added_arguments(input, file_drive_arguments(test)));
    plan.machine = std::move(command);
    plan.cleans_up = true;
    // Its console, which the serial one repeats.
    plan.discards_output = input.plan.options.console == Console::unattended;
}

void plan_mkosi_container(const PlanInput& input, LaunchPlan& plan) {
    const auto& names = names_of(input.host.mkosi.version);
    const auto site = container_site(input, plan);
    auto command = container_site_command(site, input.host.container);
    append(command, image_options(input));
    append(
        command,
        {
            // The overlay that a container of systemd-nspawn has, so that nothing is copied.
            "--output-dir=" + site.directory.string(),
            "--format=directory",
            "--output=" + std::string(container_root),
            "--ephemeral=no",
        });
    append(command, common_options(input, plan, names));
    append(command, verb("boot", names));
    auto [options, words] = container_arguments(input, plan);
    append(command, std::move(options));
    append(command, std::move(words));
    plan.machine = std::move(command);
}

} // namespace bootproof
