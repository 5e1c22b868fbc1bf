// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/host_capabilities.hpp"
#include "plan/plan_launch.hpp"

namespace bootproof {

/// Finds out what the host offers for this test. What costs time (QEMU's version, the test boot
/// that proves KVM) is kept in the cache directory, for this QEMU binary and this kernel. Throws
/// Error for a tool that is missing.
HostCapabilities
probe_host(const TestDescriptor& descriptor, const ImageManifest& image, const RunOptions& options);

} // namespace bootproof
