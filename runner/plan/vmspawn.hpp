// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/backend.hpp"
#include "plan/machine_input.hpp"

#include <optional>

namespace bootproof {

/// What systemd-vmspawn cannot do for this test.
std::optional<Refusal> refuse_vmspawn(const BackendQuestion& question);

/// Whether its disk can be one that a kernel finds without an initrd.
bool has_nvme_disk(const VmspawnHost& host);

/// systemd-vmspawn(1). It decides about board, disk and TPM. What the runner and the test want of
/// QEMU goes through its environment, and so comes last on QEMU's command line.
void plan_vmspawn(const MachineInput& input, LaunchPlan& plan);

} // namespace bootproof
