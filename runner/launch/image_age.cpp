// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/image_age.hpp"

#include "base/error.hpp"
#include "sys/file.hpp"
#include "sys/run_program.hpp"

namespace bootproof {

std::string newer_configuration(const ImageManifest& image) {
    for (const auto& file : image.configuration) {
        const auto stamp = file_stamp(file.path);
        if (!stamp)
            return file.path.string();
        if (stamp->modified / 1'000'000'000 < image.built)
            continue;
        try {
            if (!read_output({"sha256sum", "--", file.path.string()}).starts_with(file.sha256))
                return file.path.string();
        } catch (const Error&) {
            return file.path.string();
        }
    }
    return {};
}

} // namespace bootproof
