// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/fault.hpp"

#include <fmt/format.h>

namespace bootproof {

Error fault(
    const TestDescriptor& descriptor,
    const std::string& key,
    const std::string& text,
    std::string hint) {
    const auto found = descriptor.locations.find(key);
    const auto where = found == descriptor.locations.end() ? descriptor.name : found->second;
    return Error(fmt::format("{}: {}", where, text), std::move(hint));
}

} // namespace bootproof
