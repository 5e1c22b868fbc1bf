// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "descriptor/yaml_section.hpp"

#include <filesystem>
#include <vector>

namespace bootproof {

/// What is under 'drives'; what devices make of them is checked where a machine is planned. Throws
/// Error with the place.
std::vector<Drive> parse_drives(const YamlSection& section, const std::filesystem::path& path);

} // namespace bootproof
