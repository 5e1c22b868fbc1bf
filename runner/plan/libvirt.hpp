// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/backend.hpp"
#include "plan/machine_input.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The security drivers that libvirt names in its capabilities (virsh(1), "capabilities"), which
/// confine each machine unless its domain says otherwise. Throws Error where that is no XML.
std::vector<std::string> parse_security_models(std::string_view capabilities);

/// What a domain of libvirt's cannot do for this test.
std::optional<Refusal> refuse_libvirt(const BackendQuestion& question);

/// The machine as a transient domain (libvirt.org/formatdomain.html), in a file; virsh(1) creates
/// it, and waits for its end. The domain goes with virsh's connection.
void plan_libvirt(const MachineInput& input, LaunchPlan& plan);

} // namespace bootproof
