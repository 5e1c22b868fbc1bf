// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/stored_run.hpp"

#include <filesystem>
#include <memory>

namespace bootproof {

/// The run with that verdict.json. Where its files have been moved, as by `bootproof pack`, paths
/// and commands are those of the new place. Throws Error naming the file.
std::unique_ptr<StoredRun> load_run(const std::filesystem::path& verdict);

} // namespace bootproof
