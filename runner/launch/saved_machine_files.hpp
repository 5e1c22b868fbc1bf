// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/boot_class.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace bootproof {

// The directory of one saved machine, in the directory of its class (launch/saved_machines).

/// Why the directory may have no room for the memory of a machine; empty where it has.
std::string lack_of_room(const std::filesystem::path& directory, std::uint64_t memory_mib);

/// Makes a link to a file. Why that failed; empty where it did not.
std::string link_fault(const std::filesystem::path& file, const std::filesystem::path& link);

/// Makes a qcow2 file over another. Throws Error.
void make_overlay(
    const std::filesystem::path& qemu_img,
    const std::filesystem::path& overlay,
    const std::string& format,
    const std::filesystem::path& of);

/// Why no machine of that image and memory could be saved there; empty when one can.
std::string why_not_saved(
    const std::filesystem::path& store,
    const std::filesystem::path& image_disk,
    std::uint64_t memory_mib);

/// Throws Error when the memory of a machine may not find room there.
void check_room(const std::filesystem::path& directory, std::uint64_t memory_mib);

/// Makes the files in the machine's directory that QEMU boots from: base, which is a link to the
/// image, and the overlays disk.qcow2 and overlay.qcow2. Throws Error.
void make_machine_disk(const std::filesystem::path& machine, const PlanInput& input);

/// Writes down what the machine was made of and how large its files are, and waits until all of it
/// is on the disk. Throws Error.
void complete_machine(
    const std::filesystem::path& machine,
    const BootClass& boot_class,
    std::chrono::milliseconds boot_time);

/// Whether all files are there, and of the size that they were written with.
bool is_complete_machine(const std::filesystem::path& machine);

/// Why the machine cannot be used for the class; empty when it can.
std::string why_made_anew(const std::filesystem::path& machine, const BootClass& boot_class);

/// What its files take on the disk.
std::uint64_t machine_bytes(const std::filesystem::path& machine);

} // namespace bootproof
