// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"
#include "sys/child_process.hpp"
#include "sys/orphan_guard.hpp"

namespace bootproof {

/// A running helper of the machine, which ends with this object at the latest, or with the runner.
class Helper {
public:
    /// What it writes goes to 'output'. As soon as this returns the machine can connect to its
    /// socket. Throws Error naming what could not be made or started.
    Helper(const PlannedHelper& planned, int output);

private:
    ChildProcess process_;
    // It goes before the process.
    OrphanGuard guard_;
};

} // namespace bootproof
