// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

#include <string>

namespace bootproof {

/// What a person reads at the end of a run: one line for a pass; for anything else also why, the
/// last lines of the unit's journal (or of the console, where there is no journal) and the commands
/// to type next. 'colour' adds SGR sequences (console_codes(4)).
std::string summary(const RunRecord& record, bool colour);

/// The same of a run that is over, a pass included, with where its time went and what else failed
/// in the machine.
std::string story(const RunRecord& record, bool colour);

} // namespace bootproof
