// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

#include <CLI/CLI.hpp>

namespace bootproof {

/// Adds `wrapper`, with the command line of systemd's
/// test/integration-tests/integration-test-wrapper.py. 'environment' and 'result' have to live as
/// long as 'app'.
void add_wrapper(CLI::App& app, const RunOptions& environment, Command& result);

} // namespace bootproof
