// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/launch_plan.hpp"

#include <string>

namespace bootproof {

/// The plan as a script for sh(1) that does by hand what the runner does: makes the files, listens
/// on the sockets (with socat), and starts QEMU; an option a line. The guest's messages end up in
/// files beside the credentials.
std::string shell_script(const LaunchPlan& plan);

} // namespace bootproof
