// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// The descriptor of the file that all drives with a 'size' are parts of. sh(1) knows numbers up
/// to 9.
inline constexpr int drives_fd = 6;

/// Checks what 'drives' and 'devices' of the test say of each other: QEMU would find out after it
/// has started, one fault at a time, and without the place. Throws Error.
void check_devices(const TestDescriptor& descriptor);

/// The file that all drives with a 'size' are parts of, one behind the other; nothing where there
/// are none.
std::vector<PassedFile>
drive_files(const TestDescriptor& descriptor, const std::filesystem::path& directory);

/// QEMU's -drive for all of them, those with a 'size' being in 'drives_fd'.
std::vector<std::string> drive_arguments(const TestDescriptor& descriptor);

/// Only for those that are files, where somebody else makes the others.
std::vector<std::string> file_drive_arguments(const TestDescriptor& descriptor);

/// For all of them, where QEMU gets no descriptors: those with a 'size' are overlays over nothing,
/// and none is the 'same-as' another.
std::vector<std::string> nameless_drive_arguments(const TestDescriptor& descriptor);

/// QEMU's -device.
std::vector<std::string> device_arguments(const TestDescriptor& descriptor);

} // namespace bootproof
