// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load_run.hpp"

#include "sys/file.hpp"

#include <string>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

std::string moved(std::string text, const std::string& from, const std::string& to) {
    if (const auto at = text.find(from); at != std::string::npos)
        text.replace(at, from.size(), to);
    return text;
}

} // namespace

std::unique_ptr<StoredRun> load_run(const Path& verdict) {
    auto run = parse_stored_run(read_file(verdict), verdict);
    auto& record = run->record;
    std::error_code ignored;
    // OUTPUT/NAME.run/console.log
    const auto moved_run = std::filesystem::absolute(verdict).parent_path();
    if (record.console.empty() || std::filesystem::exists(record.console, ignored)
        || !std::filesystem::exists(moved_run / record.console.filename(), ignored))
        return run;
    const auto from = record.console.parent_path().parent_path().string();
    const auto to = moved_run.parent_path().string();
    for (auto* path : {&record.journal, &record.console, &record.screenshot})
        *path = moved(path->string(), from, to);
    for (auto* command :
         {&record.journal_command, &record.resume_command, &record.coredump_command})
        *command = moved(*command, from, to);
    return run;
}

} // namespace bootproof
