// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/find_tests.hpp"

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "descriptor/parse_descriptor.hpp"
#include "sys/file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

bool is_build_directory(const std::filesystem::path& directory) {
    std::error_code ignored;
    return std::filesystem::is_directory(directory / "meson-info", ignored);
}

bool is_path(const std::string& name_or_path) {
    return name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".yaml");
}

std::filesystem::path nearest_build_directory(std::filesystem::path from) {
    for (;; from = from.parent_path()) {
        if (is_build_directory(from))
            return from;
        if (!from.has_relative_path())
            return {};
    }
}

void add_descriptors(
    const std::filesystem::path& directory,
    int depth,
    std::vector<std::filesystem::path>& descriptors) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        if (!entry.is_directory(ignored) || entry.is_symlink(ignored))
            continue;
        if (entry.path().filename() != "descriptors") {
            if (depth > 0)
                add_descriptors(entry.path(), depth - 1, descriptors);
            continue;
        }
        for (const auto& file : std::filesystem::directory_iterator(entry.path(), ignored))
            if (file.path().extension() == ".yaml")
                descriptors.push_back(file.path());
    }
}

} // namespace

std::filesystem::path
find_build_directory(const std::filesystem::path& given, const std::string& test) {
    std::error_code ignored;
    if (!given.empty()) {
        if (!is_build_directory(given))
            throw Error(
                fmt::format("'{}' is not a Meson build directory", given.string()),
                fmt::format("meson setup {}", given.string()));
        return std::filesystem::absolute(given);
    }
    if (is_path(test))
        if (auto found = nearest_build_directory(std::filesystem::absolute(test).parent_path());
            !found.empty())
            return found;
    const auto current = std::filesystem::current_path(ignored);
    if (auto found = nearest_build_directory(current); !found.empty())
        return found;
    if (is_build_directory(current / "build"))
        return current / "build";
    return nearest_build_directory(
        std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path());
}

std::filesystem::path machines_directory(const std::filesystem::path& build_directory) {
    return build_directory.empty() ? std::filesystem::path() : build_directory / "machines";
}

std::vector<std::filesystem::path> find_descriptors(const std::filesystem::path& build_directory) {
    std::vector<std::filesystem::path> descriptors;
    if (!build_directory.empty())
        add_descriptors(build_directory, 3, descriptors);
    std::ranges::sort(descriptors, {}, [](const auto& path) { return path.filename(); });
    return descriptors;
}

std::filesystem::path
find_descriptor(const std::string& name_or_path, const std::filesystem::path& build_directory) {
    if (is_path(name_or_path))
        return name_or_path;
    const auto descriptors = find_descriptors(build_directory);
    std::vector<std::string> names;
    for (const auto& path : descriptors) {
        names.push_back(path.stem().string());
        if (names.back() == name_or_path)
            return path;
    }
    if (descriptors.empty())
        throw Error(
            fmt::format("There is no test '{}': no declared tests were found", name_or_path),
            "Run in the source or build directory, or say -C BUILD-DIRECTORY");
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto near = nearest(name_or_path, candidates);
    throw Error(
        fmt::format("There is no test '{}'", name_or_path),
        near.empty() ? "`bootproof list` shows the tests"
                     : fmt::format("Did you mean '{}'?", near));
}

TestDescriptor load_descriptor(const std::filesystem::path& path) {
    // Far more than one credential of the largest size, written as text.
    constexpr std::size_t limit = 16 * 1024 * 1024;
    return parse_descriptor(read_file(path, limit), path, [](const std::filesystem::path& file) {
        return read_file(file, 2 * credential_size_limit);
    });
}

ImageManifest load_image(const std::filesystem::path& manifest) {
    constexpr std::string_view build = "Build the image: meson compile -C {} mkosi";
    // MANIFEST is BUILD/mkosi.output/image.json.
    const auto hint =
        fmt::format(fmt::runtime(build), manifest.parent_path().parent_path().string());
    if (!file_stamp(manifest))
        throw Error(fmt::format("There is no image: '{}' is missing", manifest.string()), hint);
    auto image = parse_image_manifest(read_file(manifest), manifest);
    for (const auto& file : {image.disk, image.kernel, image.initrd})
        if (!file.empty() && !can_read(file))
            throw Error(
                fmt::format("'{}' of the image is missing or cannot be read", file.string()), hint);
    // Nobody has hashed it, so it is another one when it was written to.
    if (const auto stamp = file_stamp(image.disk); stamp && image.digest.empty())
        image.digest = fmt::format("{}-{}", stamp->size, stamp->modified);
    return image;
}

} // namespace bootproof
