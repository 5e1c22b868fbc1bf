// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/boot_choice.hpp"
#include "plan/run_options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The test's unit as credentials: a drop-in where the image has the unit, else the unit and the
/// drop-in. 'kind' is for how the machine ends, where the descriptor leaves that open.
std::vector<Credential> unit_credentials(
    const TestDescriptor& descriptor, const ImageManifest& image, Console console, BootKind kind);

/// What ends a machine that nobody looks at when it drops to an emergency shell.
std::vector<Credential> emergency_exit();

/// "NAME=VALUE" as Environment= reads it back (systemd.exec(5), systemd.syntax(7)).
std::string environment_assignment(std::string_view name, std::string_view value);

} // namespace bootproof
