// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/machine_kind.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/host_capabilities.hpp"
#include "plan/run_options.hpp"
#include "plan/skip.hpp"

#include <optional>
#include <string>

namespace bootproof {

struct MachineChoice {
    MachineKind kind = MachineKind::vm;
    /// Why, for people.
    std::string reason;
};

/// Why this test needs a virtual machine wherever it runs; empty when a container will do.
std::string why_vm(const TestDescriptor& descriptor);

/// The container where test and host allow it, since it is several times faster. Throws Error when
/// containers were asked for and this host has none.
MachineChoice choose_machine(
    const TestDescriptor& descriptor, const RunOptions& options, const ContainerHost& host);

/// The test cannot run in the container that was asked for.
std::optional<Skip> decide_machine_skip(const RunOptions& options, const MachineChoice& choice);

} // namespace bootproof
