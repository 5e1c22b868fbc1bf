// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace bootproof {

/// A step summary of GitHub takes 1 MiB.
inline constexpr std::size_t most_markdown = std::size_t{1000} * 1024;

/// A summary for a page that renders GitHub's flavour of Markdown: what did not pass, each with its
/// last lines, and the slowest. At most 'most_markdown' bytes: where it would be more, the evidence
/// of the last ones is left out, which it says.
std::string markdown(std::span<const CollectedRun> runs);

} // namespace bootproof
