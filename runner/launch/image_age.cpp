// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/image_age.hpp"

#include "base/error.hpp"
#include "sys/run_program.hpp"

#include <sys/stat.h>

namespace bootproof {

std::string newer_configuration(const ImageManifest& image) {
    for (const auto& file : image.configuration) {
        struct stat info {};
        if (::stat(file.path.c_str(), &info) < 0)
            return file.path.string();
        if (info.st_mtim.tv_sec < image.built)
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
