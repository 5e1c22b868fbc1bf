// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/describe_image.hpp"

#include "base/error.hpp"
#include "launch/log.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace bootproof {

namespace {

/// A large qcow2 image is read from end to end.
constexpr std::chrono::minutes limit(10);

/// That of the sources that this program was built from, or the installed one.
std::filesystem::path find_describe_image() {
    for (const char* path : {SOURCE_DESCRIBE_IMAGE, INSTALLED_DESCRIBE_IMAGE})
        if (can_execute(path))
            return path;
    throw Error(
        fmt::format("'{}' is missing, which describes an image", INSTALLED_DESCRIBE_IMAGE),
        "Name the image's manifest, a file NAME.json");
}

bool is_manifest(const std::filesystem::path& image) {
    const auto extension = image.extension();
    return extension == ".json" || extension == ".yaml";
}

} // namespace

std::filesystem::path
manifest_of(const std::filesystem::path& image, const std::filesystem::path& cache) {
    if (is_manifest(image))
        return image;
    if (!std::filesystem::exists(image))
        throw Error(
            fmt::format("There is no image: '{}' is missing", image.string()),
            "Name a manifest (NAME.json), a disk image or a directory");
    const auto path = std::filesystem::absolute(image).lexically_normal();
    auto name = path.string().substr(1);
    std::ranges::replace(name, '/', '-');
    const auto directory = cache / "images" / name;
    make_private_directory(directory);
    const auto lock = lock_file(directory / "lock");
    const std::vector<std::string> command{
        find_describe_image().string(), "--output-dir", directory.string(), path.string()};
    const auto output = run_program(command, limit);
    if (output.end.exit_status != 0)
        throw Error(
            fmt::format("Failed to describe the image: {}", output.text),
            "docs/images.md has what a manifest written by hand needs");
    return directory / "image.json";
}

} // namespace bootproof
