// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "observe/observation.hpp"
#include "verdict/verdict.hpp"

namespace bootproof {

/// The one place where an observation becomes a verdict. Pure. What is missing is never taken for
/// clean: no journal, no exit status and a silent channel each have a verdict of their own.
Verdict judge(const TestDescriptor& descriptor, const Observation& observation);

/// Why the machine of a class was not saved, with everything that judge() would say of it; nothing
/// when it was.
std::optional<Verdict>
judge_saved(const TestDescriptor& descriptor, const Observation& observation);

} // namespace bootproof
