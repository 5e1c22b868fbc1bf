// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/probe_host.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "launch/log.hpp"
#include "launch/prove_kvm.hpp"
#include "plan/firmware.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/lock.hpp"
#include "sys/run_program.hpp"
#include "sys/socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace bootproof {

namespace {

using Facts = std::map<std::string, std::string>;

std::filesystem::path find_qemu(const ImageManifest& image, const RunOptions& options) {
    if (!options.qemu.empty())
        return options.qemu;
    const std::string name =
        image.architecture == "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64";
    if (auto path = find_program(name, options.directories.search_path); !path.empty())
        return path;
    throw Error(
        fmt::format("'{}' was not found in $PATH", name),
        fmt::format(
            "Install QEMU (Debian: {})",
            image.architecture == "arm64" ? "qemu-system-arm" : "qemu-system-x86"));
}

std::filesystem::path find_journal_remote() {
    for (const char* path :
         {"/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote"})
        if (can_execute(path))
            return path;
    throw Error(
        "'/usr/lib/systemd/systemd-journal-remote' is missing, which writes the journal of the "
        "guest",
        "Install systemd-journal-remote");
}

/// What the cached facts hold for: another binary or kernel may behave otherwise.
std::string facts_key(const std::filesystem::path& qemu) {
    const auto stamp = file_stamp(qemu);
    if (!stamp)
        throw Error(
            fmt::format("There is no QEMU at '{}'", qemu.string()), "Say another with --qemu");
    return fmt::format("{} {} {} {}", qemu.string(), stamp->size, stamp->modified, host_identity());
}

/// "NAME=value" lines; anything unreadable counts as not cached.
Facts read_facts(const std::filesystem::path& path, const std::string& key) {
    Facts facts;
    std::string text;
    try {
        text = read_file(path, 65536);
    } catch (const Error&) {
        return facts;
    }
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        const auto line = text.substr(begin, end - begin);
        if (const auto equals = line.find('='); equals != std::string::npos)
            facts[line.substr(0, equals)] = line.substr(equals + 1);
        begin = end + 1;
    }
    return facts["key"] == key ? facts : Facts();
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

Facts probe(const std::filesystem::path& qemu, const ImageManifest& image, const std::string& key) {
    Facts facts{{"key", key}, {"qemu-version", qemu_version(qemu)}};
    facts["kvm-fault"] = prove_kvm(qemu, image);
    if (facts["kvm-fault"].empty())
        facts["kvm"] = "proven";
    else if (file_stamp("/dev/kvm"))
        log_info(fmt::format("KVM is not used: {}", facts["kvm-fault"]));
    return facts;
}

Facts cached_facts(
    const std::filesystem::path& qemu, const ImageManifest& image, const RunOptions& options) {
    const auto key = facts_key(qemu);
    auto file_name = qemu.string();
    std::ranges::replace(file_name, '/', '-');
    const auto path = options.directories.cache / fmt::format("facts{}", file_name);
    if (auto facts = read_facts(path, key); !facts.empty())
        return facts;
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    try {
        // One runner probes, the others wait and read.
        const auto lock = lock_file(path.string() + ".lock");
        if (auto facts = read_facts(path, key); !facts.empty())
            return facts;
        auto facts = probe(qemu, image, key);
        std::string text;
        for (const auto& [name, value] : facts)
            text += fmt::format("{}={}\n", name, value);
        replace_file(path, text);
        return facts;
    } catch (const Error& error) {
        log_warning(fmt::format("{}, ignoring", error.what()));
        return probe(qemu, image, key);
    }
}

int number_at(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
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
            image && can_read(image->code) && can_read(image->variables_template))
            images.push_back(std::move(*image));
    }
    return images;
}

} // namespace

HostCapabilities probe_host(
    const TestDescriptor& descriptor, const ImageManifest& image, const RunOptions& options) {
    const auto qemu = find_qemu(image, options);
    auto facts = cached_facts(qemu, image, options);
    const auto version = facts["qemu-version"];
    const bool direct =
        descriptor.firmware == Firmware::linux || descriptor.firmware == Firmware::linux_noinitrd;
    return {
        .qemu = qemu,
        .qemu_version = version,
        .qemu_major = number_at(version),
        .qemu_minor = number_at(
            std::string_view(version).substr(std::min(version.find('.') + 1, version.size()))),
        .kvm_proven = facts["kvm"] == "proven",
        .kvm_fault = facts["kvm-fault"],
        .vsock = has_vsock_device(),
        .journal_remote = find_journal_remote(),
        .firmware = direct ? std::vector<FirmwareImage>()
                           : read_firmware(options.directories.configuration),
        .is_root = is_root(),
    };
}

} // namespace bootproof
