// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"
#include "report/html_writer.hpp"

#include <string_view>

namespace bootproof {

/// What is known of one run, folded up unless it is broken.
void add_run(HtmlNode parent, const CollectedRun& run, std::string_view anchor);

} // namespace bootproof
