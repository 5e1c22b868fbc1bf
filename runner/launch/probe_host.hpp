// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/plan_launch.hpp"

namespace bootproof {

/// What was found out before the kind of machine was chosen.
struct KnownOfHost {
    MachineKind kind = MachineKind::vm;
    ContainerHost container;
};

/// Finds out what the host offers for this test. What costs time (QEMU's version, the test boot
/// that proves KVM) is kept in the cache directory, for this QEMU binary and this kernel. Throws
/// Error for a tool that is missing. QEMU is looked for only where the machine is to be a virtual
/// one.
HostCapabilities probe_host(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const KnownOfHost& known);

/// The same, but for the path of what writes the journal, which stays empty.
HostCapabilities probe_machines(
    const TestDescriptor& descriptor,
    const ImageManifest& image,
    const RunOptions& options,
    const KnownOfHost& known);

/// systemd-journal-remote(8). Throws Error where there is none.
std::filesystem::path find_journal_remote();

} // namespace bootproof
