// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/parse_descriptor.hpp"

#include <string>

namespace bootproof {

/// The descriptor "a.yaml" with the two keys that are required, and from line 3 on these. The only
/// file that a credential can be read from is "file", which has "content\0" in it.
TestDescriptor parse(const std::string& lines);

/// What is wrong with it; empty when nothing is.
std::string parse_fault(const std::string& lines);

/// What is wrong with a whole text as a descriptor.
std::string whole_fault(const std::string& yaml);

} // namespace bootproof
