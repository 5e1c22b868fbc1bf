// SPDX-License-Identifier: LGPL-2.1-or-later
#include "load_test.hpp"

#include "launch/describe_image.hpp"
#include "launch/find_runs.hpp"
#include "launch/find_tests.hpp"
#include "launch/saved_machines.hpp"
#include "plan/firmware.hpp"
#include "sys/file.hpp"

#include <utility>

namespace bootproof {

LoadedTest load_declared(const std::string& test, const std::filesystem::path& build_directory) {
    auto build = find_build_directory(build_directory, test);
    auto path = find_descriptor(test, build);
    auto descriptor = load_descriptor(path);
    return {std::move(descriptor), std::move(build), std::move(path)};
}

LoadedTest
load_wrapper(const WrapperArguments& arguments, const std::filesystem::path& build_directory) {
    auto test = translate_wrapper(arguments, [](const auto& path) { return read_file(path); });
    test.image = build_directory / "mkosi.output" / "image.json";
    return {std::move(test), build_directory, {}, true};
}

void settle(LoadedTest& loaded, RunOptions& options) {
    if (!options.image.empty())
        loaded.test.image = manifest_of(options.image, options.directories.cache);
    if (loaded.is_wrapped)
        loaded.test.firmware =
            firmware_of_mkosi(loaded.test.firmware, load_image(loaded.test.image));
    options.output_directory =
        output_directory_of(options.output_directory, loaded.build_directory);
    options.machines_directory = machines_directory(loaded.build_directory);
}

} // namespace bootproof
