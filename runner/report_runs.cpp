// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report_runs.hpp"

#include "base/error.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/log.hpp"
#include "launch/read_journal.hpp"
#include "load_run.hpp"
#include "report/junit.hpp"
#include "report/markdown.hpp"
#include "report/page.hpp"
#include "report/trace.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace bootproof {

namespace {

constexpr std::size_t excerpt_lines = 300;

/// Empty where there is none, or it has no room.
std::string read_picture(const std::filesystem::path& file, std::size_t& room) {
    const auto stamp = file.empty() ? std::nullopt : file_stamp(file);
    if (!stamp || stamp->size > room)
        return {};
    auto picture = read_file(file, room);
    room -= picture.size();
    return picture;
}

struct Loaded {
    /// What 'runs' refers to.
    std::vector<std::unique_ptr<StoredRun>> stored;
    std::vector<CollectedRun> runs;
};

/// One that cannot be read is no reason to have no report of the others.
Loaded load_runs(const std::filesystem::path& directory) {
    Loaded loaded;
    auto room = most_pictures;
    for (const auto& verdict : find_runs(directory))
        try_anyway([&] {
            auto stored = load_run(verdict);
            const auto& record = stored->record;
            loaded.runs.push_back(
                {.name = run_name(verdict),
                 .record = record,
                 .excerpt = read_excerpt(record.journal, record.descriptor.unit, excerpt_lines),
                 .screenshot = read_picture(record.screenshot, room)});
            loaded.stored.push_back(std::move(stored));
        });
    if (loaded.runs.empty())
        throw Error(
            fmt::format("No run has left anything in '{}'", directory.string()),
            "Run tests, or say where with -C or --output-dir");
    return loaded;
}

std::string
text_of(ReportFormat format, const std::vector<CollectedRun>& runs, const ReportCommand& command) {
    switch (format) {
    case ReportFormat::html:
        return html_page(runs);
    case ReportFormat::junit:
        return junit_xml(runs, {.flavor = command.junit_flavor, .root = command.project});
    case ReportFormat::markdown:
        return markdown(runs);
    case ReportFormat::perfetto:
        return trace_json(runs);
    }
    throw std::logic_error("Unknown format");
}

} // namespace

int report_runs(const ReportCommand& command) {
    const auto directory = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto loaded = load_runs(directory);
    if (command.format) {
        fmt::print("{}", text_of(*command.format, loaded.runs, command));
        return 0;
    }
    for (const auto& [format, name] :
         {std::pair(ReportFormat::html, "report.html"),
          std::pair(ReportFormat::junit, "report.xml")}) {
        replace_file(directory / name, text_of(format, loaded.runs, command));
        fmt::print("{}\n", (directory / name).string());
    }
    return 0;
}

} // namespace bootproof
