// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "verdict/judge.hpp"

#include <string>
#include <string_view>

namespace bootproof {

bool contains(const std::string& text, std::string_view part);
bool has_finding(const Verdict& verdict, std::string_view part);

/// The verdict is of that kind, and its text is one line.
void check(const Verdict& verdict, Outcome outcome, std::string_view reason);

/// The verdict on a run of the sample descriptor.
Verdict judged(const Observation& observation);

} // namespace bootproof
