// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/probe_host.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "launch/facts.hpp"
#include "launch/log.hpp"
#include "launch/probe_libvirt.hpp"
#include "launch/probe_mkosi.hpp"
#include "launch/probe_vmspawn.hpp"
#include "launch/prove_kvm.hpp"
#include "launch/saved_machine_files.hpp"
#include "plan/firmware.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/run_program.hpp"
#include "sys/socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace bootproof {

namespace {

std::filesystem::path find_qemu(const ImageManifest& image, const RunOptions& options) {
    if (!options.qemu.empty())
        return options.qemu;
    const std::string name =
        image.architecture == "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64";
    if (auto path = find_program(name, options.directories.search_path); !path.empty())
        return path;
    throw Error(
        fmt::format("'{}' was not found in $PATH", name),
        ask_doctor(fmt::format(
            "Install QEMU (Debian: {})",
            image.architecture == "arm64" ? "qemu-system-arm" : "qemu-system-x86")));
}

/// Most distributions keep it out of $PATH. Empty where there is none.
std::filesystem::path find_virtiofsd(const RunOptions& options) {
    if (auto path = find_program("virtiofsd", options.directories.search_path); !path.empty())
        return path;
    for (const char* path : {"/usr/libexec/virtiofsd", "/usr/lib/virtiofsd"})
        if (can_execute(path))
            return path;
    return {};
}

std::string qemu_version(const std::filesystem::path& qemu) {
    const auto output = read_output({qemu.string(), "--version"});
    constexpr std::string_view label = "version ";
    const auto begin = output.find(label);
    if (begin == std::string::npos)
        throw Error(
            fmt::format("'{}' does not say its version: {}", qemu.string(), one_line(output)));
    const auto from = begin + label.size();
    return output.substr(from, output.find_first_not_of("0123456789.", from) - from);
}

Facts probe(const std::filesystem::path& qemu, const ImageManifest& image) {
    Facts facts{{"qemu-version", qemu_version(qemu)}};
    facts["kvm-fault"] = prove_kvm(qemu, image);
    if (facts["kvm-fault"].empty())
        facts["kvm"] = "proven";
    else if (file_stamp("/dev/kvm"))
        log_info(fmt::format("KVM is not used: {}", facts["kvm-fault"]));
    return facts;
}

std::string identity_of(const FileStamp& stamp) {
    return fmt::format("{} {}", stamp.size, stamp.modified);
}

std::string identity_of(const FirmwareImage& image) {
    std::string identity;
    for (const auto& path : {image.code, image.variables_template})
        if (const auto stamp = file_stamp(path))
            identity += identity_of(*stamp) + " ";
    return identity;
}

std::vector<FirmwareImage> read_firmware(const std::filesystem::path& configuration) {
    // A file masks those of the same name in later directories, and the names are the order.
    std::map<std::string, std::filesystem::path> descriptors;
    for (const auto& directory :
         {configuration / "qemu/firmware",
          std::filesystem::path("/etc/qemu/firmware"),
          std::filesystem::path("/usr/share/qemu/firmware")}) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
            if (entry.path().extension() == ".json")
                descriptors.emplace(entry.path().filename().string(), entry.path());
    }
    std::vector<FirmwareImage> images;
    for (const auto& [name, path] : descriptors) {
        // An empty file masks, too.
        const auto json = read_file(path);
        if (json.empty())
            continue;
        if (auto image = parse_firmware(json, path);
            image && can_read(image->code) && can_read(image->variables_template)) {
            image->identity = identity_of(*image);
            images.push_back(std::move(*image));
        }
    }
    return images;
}

void probe_qemu(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    HostCapabilities& host) {
    host.qemu = find_qemu(image, options);
    const auto stamp = file_stamp(host.qemu);
    if (!stamp)
        throw Error(
            fmt::format("There is no QEMU at '{}'", host.qemu.string()),
            ask_doctor("Say another with --qemu"));
    auto file_name = host.qemu.string();
    std::ranges::replace(file_name, '/', '-');
    auto facts = cached_facts(
        options.directories.cache
            / fmt::format("facts{}{}", file_name, image.kernel.empty() ? "-without-kernel" : ""),
        program_key(host.qemu, *stamp),
        [&] { return probe(host.qemu, image); });
    host.set_qemu_version(facts["qemu-version"]);
    host.kvm_proven = facts["kvm"] == "proven";
    host.kvm_fault = facts["kvm-fault"];
    host.qemu_identity = identity_of(*stamp);
    host.qemu_img = find_program("qemu-img", options.directories.search_path);
    if (asked_boot(descriptor, options) != Boot::own && !options.machines_directory.empty()
        && !image.disk.empty())
        host.saving_fault =
            why_not_saved(options.machines_directory, image.disk, descriptor.memory_mib);
    if (descriptor.tpm)
        host.swtpm = find_program("swtpm", options.directories.search_path);
    if (descriptor.root == Root::directory || image.disk.empty())
        host.virtiofsd = find_virtiofsd(options);
    host.identity = fmt::format("{} {}", host_identity(), cpu_identity());
    host.vsock = has_vsock_device();
    if (!boots_directly(descriptor.firmware))
        host.firmware = read_firmware(options.directories.configuration);
}

bool is_wanted(Backend backend, const RunOptions& options) {
    return options.every_backend || options.backend == backend;
}

} // namespace

std::filesystem::path find_journal_remote() {
    for (const char* path :
         {"/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote"})
        if (can_execute(path))
            return path;
    throw Error(
        "'/usr/lib/systemd/systemd-journal-remote' is missing, which writes the journal of the "
        "guest",
        ask_doctor("Install systemd-journal-remote"));
}

HostCapabilities probe_host(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const KnownOfHost& known) {
    auto journal_remote = find_journal_remote();
    auto host = probe_machines(descriptor, image, options, known);
    host.journal_remote = std::move(journal_remote);
    return host;
}

HostCapabilities probe_machines(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const KnownOfHost& known) {
    HostCapabilities host{
        .is_root = is_root(),
        .container = known.container,
    };
    if (known.kind == MachineKind::vm)
        probe_qemu(descriptor, image, options, host);
    if (is_wanted(Backend::mkosi, options))
        host.mkosi = probe_mkosi(options);
    if (is_wanted(Backend::libvirt, options))
        host.libvirt = probe_libvirt(options);
    if (is_wanted(Backend::vmspawn, options))
        host.vmspawn = probe_vmspawn(options);
    return host;
}

} // namespace bootproof
