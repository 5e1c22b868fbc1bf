// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/passed_file.hpp"

#include "sys/file.hpp"

#include <stdexcept>

namespace bootproof {

UniqueFd open_passed_file(const LaunchPlan& plan, const PassedFile& file) {
    switch (file.access) {
    case PassedFile::Access::read:
        return open_file(file.path);
    case PassedFile::Access::create:
        return create_file(file.path, 0600);
    case PassedFile::Access::copy:
        return copy_without_name(file.path, plan.overlay_directory);
    case PassedFile::Access::scratch:
        return create_without_name(plan.overlay_directory, file.bytes);
    }
    throw std::logic_error("Unknown access");
}

} // namespace bootproof
