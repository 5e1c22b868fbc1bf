// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "observe/observation.hpp"

#include <map>
#include <string>

namespace bootproof {

TestDescriptor sample_descriptor();

/// A run in which all went well; a test takes from it, or adds to it, what it is about.
Observation good_run();

/// The good run, but with another EXIT_STATUS=.
Observation run_with_status(const std::string& status);

/// The good run, cut off before the unit started: no exit status, nothing of the unit in the
/// journal.
Observation run_cut_off_at_boot();

NotifyMessage message(Microseconds at, std::map<std::string, std::string> fields);

} // namespace bootproof
