// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/kept_files.hpp"

#include "base/error.hpp"
#include "launch/saved_machine_files.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

void link(const Path& file, const Path& as) {
    if (const auto fault = link_fault(file, as); !fault.empty())
        throw Error(fault);
}

} // namespace

void make_kept_directory(const Path& directory, const PlanInput& input) {
    std::error_code code;
    if (!std::filesystem::create_directory(directory, code))
        throw Error(fmt::format("Failed to create '{}': {}", directory.string(), code.message()));
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    if (const auto lack = lack_of_room(directory, input.descriptor.memory_mib); !lack.empty())
        throw Error(lack);
    if (input.boot.kind == BootKind::forked) {
        const auto& saved = input.resources.saved_machine;
        link(saved / "base", directory / "base");
        link(saved / "disk.qcow2", directory / "disk.qcow2");
        return;
    }
    link(input.image.disk, directory / "base");
    make_overlay(
        input.host.qemu_img,
        directory / "overlay.qcow2",
        input.image.disk_format,
        directory / "base");
}

void complete_kept_machine(const Path& directory, const KeptMachine& kept) {
    for (const auto& file : kept.plan.files)
        write_file(directory / file.path.filename(), file.content, 0600);
    for (const auto& [path, name] : kept.inputs)
        if (!link_fault(path, directory / name).empty())
            copy_whole_file(path, directory / name);
    // Last: with it, the machine is whole.
    write_file(directory / kept_machine_name, kept_machine_json(kept), 0600);
}

bool may_be_kept(const Path& directory) {
    std::error_code code;
    return std::filesystem::exists(directory / kept_machine_name, code)
           || code == std::errc::permission_denied;
}

KeptMachine load_kept_machine(const Path& directory) {
    const auto file = directory / kept_machine_name;
    std::error_code code;
    const bool is_there = std::filesystem::exists(file, code);
    if (code)
        throw Error(
            fmt::format("Failed to look into '{}': {}", directory.string(), code.message()),
            "Only the user who has kept a machine can read it");
    if (!is_there)
        throw Error(
            fmt::format("No machine was kept in '{}'", directory.string()),
            "Run the test with --keep=failed: one that fails is kept");
    return parse_kept_machine(read_file(file), file);
}

} // namespace bootproof
