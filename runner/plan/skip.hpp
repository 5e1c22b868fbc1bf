// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "plan/run_options.hpp"

#include <optional>
#include <string>

namespace bootproof {

/// Why a test is not run at all. 'reason' is a stable word, 'text' says what to do about it.
struct Skip {
    std::string reason;
    std::string text;

    bool operator==(const Skip&) const = default;
};

/// Decided from the descriptor and the invocation alone, before anything is looked at on the host.
std::optional<Skip> decide_skip(const TestDescriptor& descriptor, const RunOptions& options);

} // namespace bootproof
