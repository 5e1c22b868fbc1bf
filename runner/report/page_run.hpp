// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"
#include "report/html_writer.hpp"

#include <cstddef>
#include <string_view>

namespace bootproof {

/// What is known of one run, folded up unless it is broken. 'subtests_room' is what its subtests
/// may take of the page, in bytes.
void add_run(
    HtmlNode parent, const CollectedRun& run, std::string_view anchor, std::size_t subtests_room);

} // namespace bootproof
