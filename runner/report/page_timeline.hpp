// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"
#include "report/html_writer.hpp"

#include <span>

namespace bootproof {

/// A row for each machine, on one scale for each session.
void add_timeline(HtmlNode body, std::span<const CollectedRun> runs);

} // namespace bootproof
