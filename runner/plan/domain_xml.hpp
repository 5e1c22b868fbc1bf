// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/machine_input.hpp"

#include <string>

namespace bootproof {

/// The machine as libvirt describes it (libvirt.org/formatdomain.html). What libvirt has no word
/// for is an argument of QEMU's in it: the disks, which are overlays without a name, the devices
/// that a test declares, and a monitor of our own.
std::string domain_xml(const MachineInput& input, const std::string& name);

} // namespace bootproof
