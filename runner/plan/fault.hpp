// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/error.hpp"
#include "descriptor/test_descriptor.hpp"

#include <string>

namespace bootproof {

/// An Error that begins with the place of the key in the descriptor's file, or with the test's name
/// where that is not known.
Error fault(
    const TestDescriptor& descriptor,
    const std::string& key,
    const std::string& text,
    std::string hint = {});

} // namespace bootproof
