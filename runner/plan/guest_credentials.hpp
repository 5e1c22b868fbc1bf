// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <vector>

namespace bootproof {

/// All that the guest gets: the test's unit, where its journal is kept, 'channels' (how it reaches
/// the host), a person's login, and the test's own credentials. Throws Error for a name that comes
/// twice, or more bytes than systemd takes.
std::vector<Credential> guest_credentials(const PlanInput& input, std::vector<Credential> channels);

/// Where journald in the guest is told to keep the journal: a person's machine has it on disk.
Storage journal_storage(const PlanInput& input);

} // namespace bootproof
