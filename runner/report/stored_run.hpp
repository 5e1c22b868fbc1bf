// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace bootproof {

/// A run that is over, read back: what reports say of it, and no more. The record refers to its
/// siblings, so this stays where it was made.
struct StoredRun {
    StoredRun(TestDescriptor test, Observation seen, Verdict judged);
    StoredRun(const StoredRun&) = delete;
    StoredRun& operator=(const StoredRun&) = delete;
    StoredRun(StoredRun&&) = delete;
    StoredRun& operator=(StoredRun&&) = delete;
    ~StoredRun() = default;

    TestDescriptor descriptor;
    Observation observation;
    Verdict verdict;
    RunRecord record;
};

/// verdict.json, of format 1; docs/evidence.md says what is in it. What the guest said is made
/// valid UTF-8.
std::string stored_run_json(const RunRecord& record);

/// Throws Error naming 'path' where it is not such a file, or one of another format.
std::unique_ptr<StoredRun>
parse_stored_run(std::string_view json, const std::filesystem::path& path);

} // namespace bootproof
