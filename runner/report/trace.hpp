// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"

#include <span>
#include <string>

namespace bootproof {

/// The timeline for ui.perfetto.dev and chrome://tracing, in the JSON of their "Trace Event
/// Format": a thread for each run, a slice for it and one for each of its phases.
std::string trace_json(std::span<const CollectedRun> runs);

} // namespace bootproof
