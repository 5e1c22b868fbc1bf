// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// swtpm(8) with an empty TPM 2.0, which ends with the machine. Throws Error where the host has
/// none.
PlannedHelper tpm_helper(const PlanInput& input);

/// What connects QEMU to it.
std::vector<std::string> tpm_arguments(const PlanInput& input);

} // namespace bootproof
