// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/qemu.hpp"

#include "plan/attach_agent.hpp"
#include "plan/devices.hpp"
#include "plan/display.hpp"
#include "plan/fork_agent.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/relay.hpp"
#include "plan/root_file_system.hpp"
#include "plan/tpm.hpp"
#include "plan/virtiofs.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bootproof {

namespace {

using Arguments = std::vector<std::string>;

void append(Arguments& arguments, Arguments more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
}

std::string path_value(const std::filesystem::path& path) {
    return qemu_value(path.string());
}

bool is_x86(const MachineInput& input) {
    return input.plan.image.architecture == "x86-64";
}

// The 32-bit entry point has room for 64 KiB of table; SMBIOS 3.0 has no such limit.
constexpr std::size_t smbios_2_bytes = 48 * 1024;

bool has_root_directory(const MachineInput& input) {
    return has_root_directory(input.plan.descriptor, input.plan.image);
}

std::string machine_type(const MachineInput& input) {
    const bool is_shared = input.decided.boot != BootKind::own || has_root_directory(input);
    const std::string_view memory = is_shared ? ",memory-backend=ram" : "";
    if (!is_x86(input))
        return fmt::format("virt{}", memory);
    const bool smm = input.firmware && input.firmware->requires_smm;
    std::string type = fmt::format("q35,smm={},hpet=off,vmport=off{}", smm ? "on" : "off", memory);
    if (needs_smbios_3(input))
        type += ",smbios-entry-point-type=64";
    return type;
}

/// QEMU has to change its own user after it has opened everything, which elevateprivileges=deny
/// forbids.
Arguments privileges(const HostCapabilities& host) {
    Arguments arguments{
        "-sandbox",
        fmt::format(
            "on,obsolete=deny,spawn=deny,resourcecontrol=deny{}",
            host.is_root ? "" : ",elevateprivileges=deny")};
    if (host.is_root) {
        append(
            arguments,
            host.has_qemu(9, 1)
                ? Arguments{"-run-with", fmt::format("user={}", host.unprivileged_user)}
                : Arguments{"-runas", host.unprivileged_user});
    }
    return arguments;
}

Arguments process(const MachineInput& input) {
    Arguments arguments{
        // clang-format off
        "-name", input.decided.name,
        "-no-user-config",
        "-nodefaults",
        "-display", "none",
        // clang-format on
    };
    append(arguments, privileges(input.plan.host));
    return arguments;
}

Arguments board(const MachineInput& input) {
    const auto& test = input.plan.descriptor;
    const bool kvm = input.decided.accelerator == "kvm";
    return {
        // clang-format off
        "-machine", machine_type(input),
        "-accel", kvm ? "kvm" : "tcg,thread=multi",
        "-cpu", kvm ? "host" : "max",
        "-smp", fmt::format("{}", test.cpus),
        "-m", fmt::format("{}M", test.memory_mib),
        "-nic", "none",
        "-device", "virtio-rng-pci",
        "-device", "pvpanic-pci",
        // clang-format on
    };
}

/// The descriptors that the machine gets from us, as files that its other arguments can name.
Arguments passed_descriptors(const MachineInput& input) {
    Arguments arguments;
    for (const auto& file : input.decided.passed_files)
        append(arguments, {"-add-fd", fmt::format("fd={0},set={0}", file.number)});
    return arguments;
}

/// A file that all map, each of the forked ones privately; a kept one has all of it in its state.
std::string memory(const MachineInput& input) {
    const auto size = input.plan.descriptor.memory_mib;
    if (input.plan.boot.resumed)
        return fmt::format("memory-backend-ram,id=ram,size={}M", size);
    return fmt::format(
        "memory-backend-file,id=ram,size={}M,mem-path={},{}",
        size,
        path_value(input.plan.resources.saved_machine / "ram"),
        input.decided.boot == BootKind::saved ? "share=on" : "share=off,readonly=on,rom=off");
}

/// What lets many machines go on from one: memory in a file, which the forked ones copy as they
/// write; a generation id, at whose change the guest's kernel throws away what it holds for random;
/// and the rest of the state in a descriptor.
Arguments saved_state(const MachineInput& input) {
    const bool forked = input.decided.boot == BootKind::forked;
    Arguments arguments;
    if (input.decided.boot != BootKind::own)
        append(arguments, {"-object", memory(input), "-device", "vmgenid,guid=auto"});
    if (input.decided.boot != BootKind::own || !input.decided.kept_machine.empty())
        // That the guest stood when it was saved; who goes on would wait for a command to do so.
        append(arguments, {"-global", "migration.store-global-state=off"});
    if (forked || input.plan.boot.resumed)
        append(arguments, {"-incoming", "defer"});
    return arguments;
}

/// A file that QEMU opens for writing once and for all. By default it opens a file again when a
/// guest comes or goes, for which it has no permission any more.
std::string writable_file(const std::filesystem::path& path) {
    return fmt::format(
        "file.driver=file,file.auto-read-only=off,file.filename={}", path_value(path));
}

std::string passed_file(int number) {
    return writable_file(fmt::format("/dev/fdset/{}", number));
}

/// The disks below that of a kept machine, which are beside it wherever it was taken.
std::string kept_disks(const MachineInput& input) {
    const auto& kept = input.plan.resources.kept_machine;
    const auto& base = input.plan.image.disk_format;
    if (input.decided.boot == BootKind::own)
        return fmt::format(
            ",backing.driver={},backing.file.filename={}", base, path_value(kept / "base"));
    return fmt::format(
        ",backing.driver=qcow2,backing.file.filename={},backing.backing.driver={},"
        "backing.backing.file.filename={}",
        path_value(kept / "disk.qcow2"),
        base,
        path_value(kept / "base"));
}

std::string root_drive(const MachineInput& input) {
    if (input.plan.boot.resumed)
        return "format=qcow2," + passed_file(disk_fd) + kept_disks(input);
    if (!input.decided.kept_machine.empty())
        return "format=qcow2," + passed_file(disk_fd);
    switch (input.decided.boot) {
    case BootKind::own:
        // snapshot=on makes a qcow2 overlay in $TMPDIR and unlinks it at once: no process to start,
        // and nothing is left whatever becomes of QEMU.
        return fmt::format(
            "format={},file={},snapshot=on",
            input.plan.image.disk_format,
            path_value(input.plan.image.disk));
    case BootKind::saved:
        return "format=qcow2," + writable_file(input.plan.resources.saved_machine / "disk.qcow2");
    case BootKind::forked:
        return "format=qcow2," + passed_file(disk_fd);
    }
    throw std::logic_error("Unknown kind of boot");
}

Arguments socket_chardev(std::string_view id, const std::filesystem::path& path) {
    return {"-chardev", fmt::format("socket,id={},path={}", id, path_value(path))};
}

/// Nobody listens to what a resumed machine tells its runner.
Arguments deaf_chardev(std::string_view id) {
    return {"-chardev", fmt::format("null,id={}", id)};
}

Arguments attended_console(const MachineInput& input) {
    // signal=off leaves Ctrl-C to the guest; Ctrl-A X ends the machine.
    return {
        "-chardev",
        fmt::format(
            "stdio,id=serial,mux=on,signal=off,logfile={}", path_value(input.decided.console_log)),
        "-mon",
        "chardev=serial,mode=readline",
        "-serial",
        "chardev:serial",
    };
}

Arguments console(const MachineInput& input) {
    if (input.decided.console_socket.empty())
        return {};
    auto arguments = socket_chardev("serial", input.decided.console_socket);
    append(arguments, {"-serial", "chardev:serial"});
    return arguments;
}

Arguments channel(const MachineInput& input) {
    Arguments arguments;
    if (const auto& vsock = input.plan.resources.vsock)
        append(
            arguments,
            {"-device",
             fmt::format(
                 "vhost-vsock-pci,guest-cid={},vhostfd={}", vsock->guest_cid, vsock->vhost_fd)});
    if (input.decided.notify_socket.empty() && input.decided.journal_socket.empty())
        return arguments;
    append(arguments, {"-device", "virtio-serial-pci"});
    const auto port = [&](std::string_view id,
                          std::string_view name,
                          const std::filesystem::path& socket) {
        if (socket.empty())
            return;
        const bool deaf = input.plan.boot.resumed && id != "agent";
        append(arguments, deaf ? deaf_chardev(id) : socket_chardev(id, socket));
        append(arguments, {"-device", fmt::format("virtserialport,chardev={},name={}", id, name)});
    };
    port("notify", notify_port_name, input.decided.notify_socket);
    port("journal", journal_port_name, input.decided.journal_socket);
    port("agent", agent_port_name, input.decided.agent_socket);
    return arguments;
}

Arguments kernel(const MachineInput& input, const std::string& line) {
    Arguments arguments{"-kernel", input.plan.image.kernel.string()};
    if (input.decided.firmware != Firmware::linux_noinitrd)
        append(arguments, {"-initrd", input.plan.image.initrd.string()});
    append(arguments, {"-append", line});
    return arguments;
}

Arguments flash(const MachineInput& input) {
    Arguments arguments{
        "-drive",
        fmt::format(
            "if=pflash,unit=0,format={},readonly=on,file={}",
            input.firmware->format,
            path_value(input.firmware->code)),
        "-drive",
        fmt::format(
            "if=pflash,unit=1,format={},{}", input.firmware->format, passed_file(variables_fd)),
    };
    if (input.firmware->requires_smm && is_x86(input))
        append(
            arguments,
            {"-global",
             "ICH9-LPC.disable_s3=1",
             "-global",
             "driver=cfi.pflash01,property=secure,value=on"});
    return arguments;
}

Arguments boot(const MachineInput& input) {
    const auto line = join_kernel_arguments(input.decided.kernel_command_line);
    Arguments arguments = input.firmware ? flash(input) : Arguments();
    if (loads_kernel(input.plan.image, input.decided.firmware)) {
        append(arguments, kernel(input, line));
        return arguments;
    }
    for (const auto key : boot_loader_keys)
        append(arguments, {"-smbios", fmt::format("type=11,value={}={}", key, qemu_value(line))});
    return arguments;
}

Arguments resets_and_clock(const MachineInput& input) {
    Arguments arguments;
    // A reset that nobody declared is a verdict of its own, and the machine must not start the test
    // again.
    if (!may_boot_again(input.plan))
        append(arguments, {"-action", "reboot=shutdown"});
    if (input.plan.descriptor.rtc)
        append(
            arguments,
            {"-rtc",
             fmt::format("base={:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(input.plan.resources.now))});
    return arguments;
}

/// What the runner itself wants of QEMU.
Arguments runner_arguments(const MachineInput& input) {
    Arguments arguments;
    for (auto& part :
         {console(input), monitor_arguments(input), channel(input), resets_and_clock(input)})
        append(arguments, part);
    return arguments;
}

} // namespace

bool may_boot_again(const PlanInput& input) {
    const auto& test = input.descriptor;
    return test.reboots > 0 || (test.any_reboots && input.boot.kind == BootKind::own)
           || input.options.console != Console::unattended;
}

std::vector<std::string> root_disk_arguments(const MachineInput& input) {
    Arguments arguments{
        "-drive",
        fmt::format("if=none,id=root,{},cache=unsafe,discard=unmap", root_drive(input)),
        "-device",
    };
    // NVMe is what a kernel without an initrd can find; with modules at hand virtio is quicker.
    arguments.emplace_back(
        input.decided.firmware == Firmware::linux_noinitrd
            ? "nvme,drive=root,serial=root,bootindex=1"
            : "virtio-blk-pci,drive=root,bootindex=1");
    return arguments;
}

std::vector<std::string> monitor_arguments(const MachineInput& input) {
    auto arguments = socket_chardev("monitor", input.decided.qmp_socket);
    append(arguments, {"-mon", "chardev=monitor,mode=control"});
    return arguments;
}

bool needs_smbios_3(const MachineInput& input) {
    return input.credentials.smbios_bytes > smbios_2_bytes;
}

std::vector<std::string>
added_arguments(const MachineInput& input, const std::vector<std::string>& drives) {
    Arguments arguments{"-device", "pvpanic-pci"};
    if (needs_smbios_3(input))
        append(arguments, {"-machine", "smbios-entry-point-type=64"});
    for (const auto& part :
         {drives,
          device_arguments(input.plan.descriptor),
          runner_arguments(input),
          input.credentials.arguments,
          input.plan.descriptor.qemu_args})
        append(arguments, part);
    return arguments;
}

void settle_privileges(std::vector<std::string>& command, const HostCapabilities& host) {
    // The first is ours, the test's own arguments come last.
    const auto sandbox = std::ranges::find(command, "-sandbox");
    if (command.end() - sandbox < 2)
        return;
    auto end = sandbox + 2;
    if (command.end() - end >= 2 && (*end == "-run-with" || *end == "-runas"))
        end += 2;
    const auto settled = privileges(host);
    command.insert(command.erase(sandbox, end), settled.begin(), settled.end());
}

std::vector<std::string> qemu_command(const MachineInput& input) {
    const bool attended = input.plan.options.console != Console::unattended;
    Arguments command{input.plan.host.qemu.string()};
    for (auto& part :
         {process(input),
          board(input),
          passed_descriptors(input),
          saved_state(input),
          has_root_directory(input) ? root_directory_arguments(input.plan)
                                    : root_disk_arguments(input),
          drive_arguments(input.plan.descriptor),
          device_arguments(input.plan.descriptor),
          display_arguments(input.plan, input.decided.firmware),
          input.plan.descriptor.tpm ? tpm_arguments(input.plan) : Arguments(),
          attended ? attended_console(input) : Arguments(),
          runner_arguments(input),
          attach_arguments(input.decided),
          boot(input),
          input.credentials.arguments,
          // Last, so that they win.
          input.plan.descriptor.qemu_args})
        append(command, part);
    return command;
}

} // namespace bootproof
