// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/coverage.hpp"

#include "base/error.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

constexpr std::chrono::minutes limit(10);

/// Each archive of the journal in a file of its own, still in base64.
std::vector<Path> save_archives(const Path& journal, const Path& scratch) {
    std::vector<Path> archives;
    JournalFile file(journal);
    file.read_whole_fields();
    file.seek_head();
    while (file.next())
        if (const auto text = file.view("COVERAGE_TAR"); !text.empty()) {
            archives.push_back(scratch / fmt::format("{}.base64", archives.size()));
            write_file(archives.back(), text, 0600);
        }
    return archives;
}

constexpr const char* unpack_script =
    R"(base64 --decode "$1" >"$1.tar" && tar --extract --zstd --no-same-owner --file="$1.tar" --directory="$2")";

/// tar(1) lets no member out of the directory.
void unpack(const Path& archive, const Path& directory) {
    read_output({"sh", "-c", unpack_script, "sh", archive.string(), directory.string()}, limit);
}

/// Where the compiler put the object, without the first '/'. With -fprofile-dir gcc makes a name of
/// the whole path, with '#' for '/'. Nothing for one that leads elsewhere.
std::optional<Path> object_path(const Path& unpacked) {
    auto name = unpacked.filename().string();
    auto path = unpacked;
    if (name.find('#') != std::string::npos) {
        std::ranges::replace(name, '#', '/');
        path = name;
    }
    path = path.relative_path().lexically_normal();
    if (path.empty() || *path.begin() == "..")
        return std::nullopt;
    return path;
}

/// Empty where there is none.
Path notes_of(const Path& object, const Path& build) {
    for (auto first = object.begin(); first != object.end(); ++first) {
        auto notes = build;
        for (auto part = first; part != object.end(); ++part)
            notes /= *part;
        notes.replace_extension(".gcno");
        if (can_read(notes))
            return notes;
    }
    return {};
}

/// Data beside their notes, as lcov wants them; false where there are none.
bool pair_up(const Path& unpacked, const Path& build, const Path& tree) {
    bool found = false;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(unpacked)) {
        // A program that was killed in the wrong moment leaves an empty one.
        if (entry.path().extension() != ".gcda" || !entry.is_regular_file() || entry.is_symlink()
            || entry.file_size() == 0)
            continue;
        const auto object = object_path(entry.path().lexically_relative(unpacked));
        const auto notes = object ? notes_of(*object, build) : Path();
        if (notes.empty())
            continue;
        auto data = tree / *object;
        std::filesystem::create_directories(data.parent_path());
        copy_whole_file(entry.path(), data);
        copy_whole_file(notes, data.replace_extension(".gcno"));
        found = true;
    }
    return found;
}

Path make_directory(const Path& path) {
    std::filesystem::create_directories(path);
    return path;
}

/// What lcov(1) makes of an archive; empty where nothing in it belongs to the build.
Path capture(const Path& archive, const Path& build) {
    const auto beside = [&](std::string_view suffix) {
        return Path(archive).replace_extension(suffix);
    };
    const auto unpacked = make_directory(beside(".unpacked"));
    const auto tree = make_directory(beside(".tree"));
    unpack(archive, unpacked);
    if (!pair_up(unpacked, build, tree))
        return {};
    auto info = beside(".info");
    const std::vector<std::string> command{
        "lcov",
        "--quiet",
        "--capture",
        "--directory",
        tree.string(),
        "--output-file",
        info.string()};
    read_output(command, limit);
    return info;
}

void collect(const Path& journal, const Path& build, const Path& scratch, const Path& info) {
    make_directory(scratch);
    const auto archives = save_archives(journal, scratch);
    if (archives.empty())
        throw Error(
            "There is no coverage in the journal",
            "The image has to be built for it (gcc --coverage), with systemd's "
            "coverage-forwarder.service or one like it");
    std::vector<std::string> tracefiles;
    for (const auto& archive : archives)
        if (const auto captured = capture(archive, build); !captured.empty())
            tracefiles.insert(tracefiles.end(), {"--add-tracefile", captured.string()});
    if (tracefiles.empty())
        throw Error(
            fmt::format("No .gcno file below '{}' belongs to the guest's coverage", build.string()),
            "Name the directory in which the image's programs were built");
    if (can_read(info))
        tracefiles.insert(tracefiles.end(), {"--add-tracefile", info.string()});
    const auto all = scratch / "all";
    std::vector<std::string> merge{"lcov", "--quiet", "--output-file", all.string()};
    merge.insert(merge.end(), tracefiles.begin(), tracefiles.end());
    read_output(merge, limit);
    replace_file(info, read_file(all));
}

} // namespace

void collect_coverage(
    const Path& journal, const Path& build, const Path& scratch, const Path& info) {
    try {
        collect(journal, build, scratch, info);
    } catch (const std::filesystem::filesystem_error& error) {
        throw Error(error.what());
    }
}

} // namespace bootproof
