// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/run_options.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// The options of `bootproof run` that ask for the same machine, wherever these came from.
std::vector<std::string> run_words(const RunOptions& options);

/// The other way round, into 'options'. Throws Error where one of them is none.
void read_run_words(const std::vector<std::string>& words, RunOptions& options);

} // namespace bootproof
