// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace bootproof {

/// A real journal of an export text (systemd.io/JOURNAL_EXPORT_FORMATS), made as the runner has it
/// made.
void write_journal(const std::filesystem::path& text, const std::filesystem::path& journal);

} // namespace bootproof
