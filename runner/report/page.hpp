// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace bootproof {

/// Of all pictures in a page together, in bytes: it is to stay small (5 MB for 100 tests that
/// failed), and they are a third larger in it.
constexpr std::size_t most_pictures = std::size_t{768} * 1024;

/// One HTML file that needs no other and no network: an overview, the timeline of the machines, and
/// what is known of each run. What a guest said is text in it and nothing else: the tree is built
/// of nodes, and the page's policy forbids every script but its own.
std::string html_page(std::span<const CollectedRun> runs);

} // namespace bootproof
