// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/backend.hpp"
#include "plan/machine_input.hpp"

#include <optional>

namespace bootproof {

/// What `mkosi vm` and `mkosi boot` cannot do for this test.
std::optional<Refusal> refuse_mkosi(const BackendQuestion& question);

/// `mkosi vm` (`mkosi qemu` before version 25). mkosi decides about board, disk, firmware and TPM;
/// what the runner and the test want of QEMU follows the verb, and so comes last on QEMU's command
/// line.
void plan_mkosi_vm(const MachineInput& input, LaunchPlan& plan);

/// `mkosi boot`, of the tree that a container of systemd-nspawn has as well.
void plan_mkosi_container(const PlanInput& input, LaunchPlan& plan);

} // namespace bootproof
