// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/devices.hpp"

#include "plan/credential.hpp"
#include "plan/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

namespace bootproof {

namespace {

// Ids of the runner's own; a second use of one is QEMU's error.
constexpr std::string_view own_ids[] = {
    "agent", "journal", "monitor", "notify", "ram", "root", "serial", "tpm"};

// Buses of both boards that nobody has to declare: of PCI Express and, on q35, of SATA.
constexpr std::string_view built_in_buses[] = {"pcie", "ide"};

/// A -device: its model, and what is set of it. A doubled comma is one in a value (qemu(1)).
struct Device {
    std::string model;
    std::map<std::string, std::string> properties;
};

Device parse_device(std::string_view text) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ',')
            parts.back() += text[i];
        else if (i + 1 < text.size() && text[i + 1] == ',')
            parts.back() += text[i++];
        else
            parts.emplace_back();
    }
    Device device{.model = parts.front(), .properties = {}};
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        const auto equals = part->find('=');
        device.properties.insert_or_assign(
            part->substr(0, equals), equals == std::string::npos ? "on" : part->substr(equals + 1));
    }
    return device;
}

class DeviceCheck {
public:
    explicit DeviceCheck(const TestDescriptor& descriptor)
        : descriptor_(descriptor) {
        for (const auto& drive : descriptor.drives) {
            if (std::ranges::find(own_ids, drive.id) != std::end(own_ids))
                throw fault(
                    descriptor,
                    "drives",
                    fmt::format("The runner has a drive or device '{}' of its own", drive.id));
            unused_.insert(drive.id);
        }
    }

    void add(const std::string& text) {
        const auto device = parse_device(text);
        if (device.model.empty())
            throw wrong(fmt::format("'{}' names no device", text));
        check_drive(text, device);
        check_bus(text, device);
        if (const auto id = device.properties.find("id"); id != device.properties.end())
            if (!ids_.insert(id->second).second)
                throw wrong(fmt::format("Device id '{}' is given twice", id->second));
        // What it provides may have the model's name; see QEMU's -device help.
        has_scsi_ = has_scsi_ || device.model.find("scsi-pci") != std::string::npos
                    || device.model.starts_with("virtio-scsi")
                    || device.model.starts_with("megasas") || device.model.starts_with("lsi53c")
                    || device.model.starts_with("mptsas");
    }

    void finish() const {
        if (!unused_.empty())
            throw fault(
                descriptor_,
                "drives",
                fmt::format("No device uses drive '{}'", *unused_.begin()),
                fmt::format("Add 'virtio-blk-pci,drive={}' to 'devices', say", *unused_.begin()));
    }

private:
    [[nodiscard]] Error wrong(const std::string& text, std::string hint = {}) const {
        return fault(descriptor_, "devices", text, std::move(hint));
    }

    void check_drive(const std::string& text, const Device& device) {
        const auto drive = device.properties.find("drive");
        if (drive == device.properties.end())
            return;
        const auto& declared = descriptor_.drives;
        if (std::ranges::find(declared, drive->second, &Drive::id) == declared.end())
            throw wrong(
                fmt::format("There is no drive '{}', which '{}' uses", drive->second, text));
        if (unused_.erase(drive->second) == 0)
            throw wrong(
                fmt::format("Drive '{}' is used twice", drive->second),
                "Declare another that is 'same-as' it");
    }

    void check_bus(const std::string& text, const Device& device) const {
        const auto bus = device.properties.find("bus");
        if (bus == device.properties.end()) {
            if (device.model.starts_with("scsi-") && !has_scsi_)
                throw wrong(
                    fmt::format("There is no SCSI controller for '{}'", text),
                    "Put 'virtio-scsi-pci,id=scsi0' before it");
            return;
        }
        // A device's buses are named after it, and numbered.
        const auto name = bus->second.substr(0, bus->second.rfind('.'));
        if (ids_.contains(bus->second) || ids_.contains(name)
            || std::ranges::find(built_in_buses, name) != std::end(built_in_buses))
            return;
        throw wrong(
            fmt::format("There is no bus '{}', which '{}' is on", bus->second, text),
            "Declare the device it belongs to before it, with that 'id='");
    }

    const TestDescriptor& descriptor_;
    std::set<std::string> unused_;
    std::set<std::string> ids_;
    bool has_scsi_ = false;
};

/// Drives begin at whole blocks of the coarsest device.
constexpr std::uint64_t alignment = std::uint64_t{1} << 20;

std::uint64_t aligned(std::uint64_t bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
}

std::map<std::string, std::uint64_t> drive_offsets(const std::vector<Drive>& drives) {
    std::map<std::string, std::uint64_t> offsets;
    std::uint64_t end = 0;
    for (const auto& drive : drives) {
        if (drive.bytes == 0)
            continue;
        offsets.emplace(drive.id, end);
        end += aligned(drive.bytes);
    }
    return offsets;
}

/// Its bytes, as a part of the file that all drives share.
std::string shared_source(const Drive& drive, const std::vector<Drive>& drives) {
    const auto& original =
        drive.same_as.empty() ? drive : *std::ranges::find(drives, drive.same_as, &Drive::id);
    return fmt::format(
        "format=raw,offset={},size={},file.driver=file,file.auto-read-only=off,"
        "file.filename=/dev/fdset/{}",
        drive_offsets(drives).at(original.id),
        original.bytes,
        drives_fd);
}

/// QEMU makes the overlay, over what reads as zeroes (docs/system/images, null-co).
std::string nameless_source(const Drive& drive) {
    return fmt::format(
        "format=raw,file.driver=null-co,file.size={},file.read-zeroes=on,snapshot=on", drive.bytes);
}

std::string file_source(const Drive& drive) {
    return fmt::format(
        "format={},snapshot=on,file={}", drive.format, qemu_value(drive.file.string()));
}

/// A drive whose source is empty is somebody else's to make.
std::vector<std::string> arguments_of(
    const std::vector<Drive>& drives, const std::function<std::string(const Drive&)>& source_of) {
    std::vector<std::string> arguments;
    for (const auto& drive : drives) {
        const auto source = source_of(drive);
        if (source.empty())
            continue;
        arguments.emplace_back("-drive");
        arguments.push_back(fmt::format(
            "if=none,id={},{},cache=unsafe,discard=unmap{}{}",
            drive.id,
            source,
            drive.options.empty() ? "" : ",",
            drive.options));
    }
    return arguments;
}

} // namespace

void check_devices(const TestDescriptor& descriptor) {
    DeviceCheck check(descriptor);
    for (const auto& device : descriptor.devices)
        check.add(device);
    check.finish();
}

std::vector<PassedFile>
drive_files(const TestDescriptor& descriptor, const std::filesystem::path& directory) {
    std::uint64_t bytes = 0;
    for (const auto& drive : descriptor.drives)
        bytes += aligned(drive.bytes);
    if (bytes == 0)
        return {};
    return {
        {.number = drives_fd,
         .path = directory / "drives",
         .access = PassedFile::Access::scratch,
         .bytes = bytes}};
}

std::vector<std::string> drive_arguments(const TestDescriptor& descriptor) {
    return arguments_of(descriptor.drives, [&](const Drive& drive) {
        return drive.file.empty() ? shared_source(drive, descriptor.drives) : file_source(drive);
    });
}

std::vector<std::string> file_drive_arguments(const TestDescriptor& descriptor) {
    return arguments_of(descriptor.drives, [](const Drive& drive) {
        return drive.file.empty() ? std::string() : file_source(drive);
    });
}

std::vector<std::string> nameless_drive_arguments(const TestDescriptor& descriptor) {
    return arguments_of(descriptor.drives, [](const Drive& drive) {
        return drive.file.empty() ? nameless_source(drive) : file_source(drive);
    });
}

std::vector<std::string> device_arguments(const TestDescriptor& descriptor) {
    std::vector<std::string> arguments;
    for (const auto& device : descriptor.devices) {
        arguments.emplace_back("-device");
        arguments.push_back(device);
    }
    return arguments;
}

} // namespace bootproof
