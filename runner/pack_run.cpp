// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pack_run.hpp"

#include "base/error.hpp"
#include "base/shell_quote.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/log.hpp"
#include "load_run.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

/// For a large disk on a slow host.
constexpr std::chrono::hours limit(1);

} // namespace

int pack_run(const PackCommand& command) {
    const auto directory = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto verdict = find_run(directory, command.test);
    const auto name = run_name(verdict);
    const auto archive = command.file.empty() ? Path(name + ".tar.zst") : command.file;
    const auto machine = name + std::string(kept_extension);
    const bool has_machine = std::filesystem::exists(directory / machine);
    std::vector<std::string> tar{
        "tar",
        "--create",
        "--zstd",
        "--sparse",
        "--hard-dereference",
        fmt::format("--file={}", archive.string()),
        fmt::format("--directory={}", directory.string()),
        verdict.parent_path().filename().string()};
    for (const auto& journal : journal_files(directory / (name + ".journal")))
        tar.push_back(journal.filename().string());
    if (has_machine)
        tar.push_back(machine);
    log_info(fmt::format(
        "Packing {}{}", name, has_machine ? " with its machine, which takes a while" : ""));
    try {
        read_output(tar, limit);
    } catch (const Error&) {
        std::error_code ignored;
        std::filesystem::remove(archive, ignored);
        throw;
    }
    constexpr double mib = 1024.0 * 1024;
    fmt::print(
        "{} ({:.0f} MiB)\n", archive.string(), static_cast<double>(bytes_on_disk(archive)) / mib);
    fmt::print(
        "Elsewhere: tar -xf {} -C DIRECTORY; {}\n",
        shell_quote(archive.filename().string()),
        has_machine ? fmt::format("bootproof resume -o DIRECTORY {}", shell_quote(name))
                    : fmt::format("bootproof show -o DIRECTORY {}", shell_quote(name)));
    return 0;
}

} // namespace bootproof
