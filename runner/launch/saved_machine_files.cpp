// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/saved_machine_files.hpp"

#include "base/error.hpp"
#include "launch/facts.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

/// All of them must be there, and of the size that they were written with.
constexpr auto machine_files = std::to_array<std::string_view>(
    {"ram", "disk.qcow2", "overlay.qcow2", "base", "state", "journal", "class"});

std::string class_text(const BootClass& boot_class) {
    auto text = boot_class.machine;
    for (const auto& [name, value] : boot_class.origin)
        text += fmt::format("{}={}\n", name, value);
    return text;
}

/// What of the machine's origin is another now, in words; empty when it is the same.
std::string changed_origin(const Path& machine, const BootClass& boot_class) {
    const auto text = read_file(machine / "class");
    if (text == class_text(boot_class))
        return {};
    std::vector<std::string> changed;
    for (const auto& [name, value] : boot_class.origin)
        if (text.find(fmt::format("\n{}={}\n", name, value)) == std::string::npos)
            changed.push_back("another " + name);
    return changed.empty() ? "another command line" : fmt::format("{}", fmt::join(changed, ", "));
}

} // namespace

std::string lack_of_room(const Path& directory, std::uint64_t memory_mib) {
    std::error_code code;
    const auto space = std::filesystem::space(directory, code);
    constexpr std::uint64_t mib = 1024 * 1024;
    if (code || space.available >= memory_mib * mib)
        return {};
    return fmt::format(
        "'{}' has {} MiB free, but a saved machine may need {}",
        directory.string(),
        space.available / mib,
        memory_mib);
}

std::string link_fault(const Path& file, const Path& link) {
    std::error_code code;
    std::filesystem::create_hard_link(file, link, code);
    if (!code)
        return {};
    return fmt::format(
        "'{}' cannot be linked into '{}' ({}): image and build directory have to be on one file "
        "system, and of one owner",
        file.string(),
        link.parent_path().string(),
        code.message());
}

void make_overlay(
    const Path& qemu_img, const Path& overlay, const std::string& format, const Path& of) {
    read_output(
        {qemu_img.string(),
         "create",
         "-q",
         "-f",
         "qcow2",
         "-F",
         format,
         "-b",
         of.string(),
         overlay.string()});
}

std::string why_not_saved(const Path& store, const Path& image_disk, std::uint64_t memory_mib) {
    // The nearest that is there already: looking is not making.
    auto existing = store;
    while (!std::filesystem::exists(existing) && existing.has_relative_path())
        existing = existing.parent_path();
    if (auto lack = lack_of_room(existing, memory_mib); !lack.empty())
        return lack;
    const auto probe = make_unique_directory(existing / "link");
    auto fault = link_fault(image_disk, probe / "disk");
    std::error_code ignored;
    std::filesystem::remove_all(probe, ignored);
    return fault;
}

void check_room(const Path& directory, std::uint64_t memory_mib) {
    // What QEMU cannot write to a file that it has mapped kills it with SIGBUS.
    if (const auto lack = lack_of_room(directory, memory_mib); !lack.empty())
        throw Error(lack, "Make room (bootproof gc), or boot each test with --boot=own");
}

/// The image may be built anew while clones live: the link keeps what the machine was booted from.
/// Each clone writes to a copy of overlay.qcow2, which has nothing in it yet.
void make_machine_disk(const Path& machine, const PlanInput& input) {
    if (const auto fault = link_fault(input.image.disk, machine / "base"); !fault.empty())
        throw Error(fault, "Boot each test with --boot=own");
    const auto& qemu_img = input.host.qemu_img;
    make_overlay(qemu_img, machine / "disk.qcow2", input.image.disk_format, machine / "base");
    make_overlay(qemu_img, machine / "overlay.qcow2", "qcow2", machine / "disk.qcow2");
}

void complete_machine(
    const Path& machine, const BootClass& boot_class, std::chrono::milliseconds boot_time) {
    write_file(machine / "class", class_text(boot_class), 0600);
    Facts facts{
        {"boot-ms", std::to_string(boot_time.count())},
        {"made", std::to_string(std::time(nullptr))},
    };
    for (const auto name : machine_files) {
        const auto path = machine / name;
        const auto stamp = file_stamp(path);
        if (!stamp)
            throw Error(fmt::format("'{}' of a machine that was saved is missing", path.string()));
        facts[fmt::format("size-{}", name)] = std::to_string(stamp->size);
        sync_file(path);
    }
    write_facts(machine / "facts", facts);
    sync_file(machine / "facts");
    sync_file(machine);
}

bool is_complete_machine(const Path& machine) {
    const auto facts = read_facts(machine / "facts");
    return std::ranges::all_of(machine_files, [&](std::string_view name) {
        const auto stamp = file_stamp(machine / name);
        return stamp
               && fact_number(facts, fmt::format("size-{}", name))
                      == static_cast<std::int64_t>(stamp->size);
    });
}

std::string why_made_anew(const Path& machine, const BootClass& boot_class) {
    if (!is_complete_machine(machine))
        return "it is damaged";
    const auto changed = changed_origin(machine, boot_class);
    return changed.empty() ? std::string() : "it was made with " + changed;
}

std::uint64_t machine_bytes(const Path& machine) {
    std::uint64_t bytes = 0;
    for (const auto name : machine_files)
        if (name != "base")
            bytes += bytes_on_disk(machine / name);
    return bytes;
}

} // namespace bootproof
