// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/yaml_section.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

// Kinds of values that several keys have. All throw Error with the place.

/// Whether there is nothing in the text but ASCII letters and digits, and characters of 'extra'.
bool consists_of(std::string_view text, std::string_view extra);

/// A size as QEMU and mkosi spell it, in bytes; 0 where there is none.
std::uint64_t parse_size(const YamlSection& section, std::string_view key);

/// A NUL ends strings in the guest's kernel, in SMBIOS tables and in argument lists.
void refuse_nul(const YamlSection& section, std::string_view key, const std::string& value);

/// A list of strings without NUL.
std::vector<std::string> parse_words(const YamlSection& section, std::string_view key);

} // namespace bootproof
