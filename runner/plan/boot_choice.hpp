// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/backend.hpp"
#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/host_capabilities.hpp"
#include "plan/machine_choice.hpp"
#include "plan/run_options.hpp"

#include <cstdint>
#include <string>

namespace bootproof {

/// How a virtual machine comes up, and what for.
enum class BootKind : std::uint8_t {
    /// It boots, runs one test and ends.
    own,
    /// It boots and is saved before any test, to be forked from.
    saved,
    /// It continues from where the saved one stood, and runs one test.
    forked,
};

struct BootChoice {
    BootKind kind = BootKind::own;
    /// Why, for people.
    std::string reason;
    /// The machine has come up before, in a run that kept it, and goes on from there.
    bool resumed = false;
};

/// What QEMU has to be able to: migrate to a file, and map a file that it may not write (8.2).
bool can_save(const HostCapabilities& host);

/// Why the root file system cannot be saved with a machine; empty where it can.
std::string why_root_is_not_saved(const TestDescriptor& descriptor, const ImageManifest& image);

/// What in the declaration only a boot of its own can give; empty when the test may be forked.
std::string why_own_boot(const TestDescriptor& descriptor);

/// Decides between own and forked. Throws Error when a fork was asked for, by the declaration or
/// the options, and cannot be.
BootChoice choose_boot(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const HostCapabilities& host,
    const MachineChoice& machine,
    Backend backend);

} // namespace bootproof
