// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/parse_descriptor.hpp"
#include "descriptor/yaml_section.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

/// The credentials under a key, those with a 'file' being read. Throws Error with the place.
std::vector<Credential> parse_credentials(
    const YamlSection& section,
    const std::string& key,
    const std::filesystem::path& path,
    const FileReader& read_file);

} // namespace bootproof
