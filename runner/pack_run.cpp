// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pack_run.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "base/shell_quote.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/kept_files.hpp"
#include "launch/log.hpp"
#include "load_run.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"
#include "sys/run_program.hpp"
#include "verdict/verdict.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

/// For a large disk on a slow host.
constexpr std::chrono::hours limit(1);

/// Where an archive grows until it is whole, so that one of the same name stays until then. Its
/// user's alone: a machine's memory may hold secrets.
class UnfinishedArchive {
public:
    explicit UnfinishedArchive(Path archive)
        : archive_(std::move(archive))
        , path_(fmt::format("{}.{}.tmp", archive_.string(), ::getpid())) {
        std::error_code ignored;
        if (std::filesystem::exists(archive_, ignored)
            && !std::filesystem::is_regular_file(archive_, ignored))
            throw Error(
                fmt::format("'{}' is there, and is no file", archive_.string()),
                "Choose another name with --file");
        create_new_file(path_, 0600);
    }

    UnfinishedArchive(const UnfinishedArchive&) = delete;
    UnfinishedArchive& operator=(const UnfinishedArchive&) = delete;
    UnfinishedArchive(UnfinishedArchive&&) = delete;
    UnfinishedArchive& operator=(UnfinishedArchive&&) = delete;

    ~UnfinishedArchive() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    [[nodiscard]] const Path& path() const { return path_; }

    void finish() const {
        std::error_code code;
        std::filesystem::rename(path_, archive_, code);
        if (code)
            throw Error(fmt::format("Failed to write '{}': {}", archive_.string(), code.message()));
    }

private:
    Path archive_;
    Path path_;
};

/// False where somebody interrupts it; then nothing is left of it.
bool make_archive(
    const Path& archive, const Path& directory, const std::vector<std::string>& names) {
    const UnfinishedArchive unfinished(archive);
    std::vector<std::string> tar{
        "tar",
        "--create",
        "--zstd",
        "--sparse",
        "--hard-dereference",
        // A colon in it does not make it another host's.
        "--force-local",
        fmt::format("--file={}", unfinished.path().string()),
        fmt::format("--directory={}", directory.string()),
        "--"};
    tar.insert(tar.end(), names.begin(), names.end());
    const auto output = run_until_interrupted(tar, limit);
    if (output.interrupted)
        return false;
    if (!output.in_time)
        throw Error(fmt::format("'tar' did not end within {} h", limit.count()));
    if (output.end.exit_status != 0)
        throw Error(fmt::format("'tar' failed: {}", one_line(last_line(output.text))));
    unfinished.finish();
    return true;
}

void tell_how_to_unpack(const Path& archive, const std::string& name, bool has_machine) {
    const auto file = archive.filename().string();
    fmt::print(
        "Elsewhere: tar {}-xf {} -C DIRECTORY; {}\n",
        file.find(':') == std::string::npos ? "" : "--force-local ",
        shell_quote(file),
        has_machine ? fmt::format("bootproof resume -o DIRECTORY {}", shell_quote(name))
                    : fmt::format("bootproof show -o DIRECTORY {}", shell_quote(name)));
}

} // namespace

int pack_run(const PackCommand& command) {
    const auto directory = output_directory_of(
        command.output_directory, find_build_directory(command.build_directory));
    const auto verdict = find_run(directory, command.test);
    const auto name = run_name(verdict);
    const auto archive = command.file.empty() ? Path(name + ".tar.zst") : command.file;
    const auto machine = name + std::string(kept_extension);
    const bool has_machine = may_be_kept(directory / machine);
    std::vector<std::string> names{verdict.parent_path().filename().string()};
    for (const auto& journal : journal_files(directory / (name + ".journal")))
        names.push_back(journal.filename().string());
    if (has_machine)
        names.push_back(machine);
    log_info(fmt::format(
        "Packing {}{}", name, has_machine ? " with its machine, which takes a while" : ""));
    if (!make_archive(archive, directory, names))
        return exit_code(Outcome::interrupted);
    constexpr double mib = 1024.0 * 1024;
    fmt::print(
        "{} ({:.0f} MiB)\n", archive.string(), static_cast<double>(bytes_on_disk(archive)) / mib);
    tell_how_to_unpack(archive, name, has_machine);
    return 0;
}

} // namespace bootproof
