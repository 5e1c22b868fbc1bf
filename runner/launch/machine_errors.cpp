// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/machine_errors.hpp"

#include "plan/nspawn.hpp"

#include <cstddef>

namespace bootproof {

namespace {

constexpr std::size_t limit = std::size_t{16} * 1024;

} // namespace

void MachineErrors::append(std::string_view bytes, const std::function<void()>& on_reboot) {
    text_ += bytes;
    const auto line = std::string(container_reboot_line) + "\n";
    for (auto at = text_.find(line); on_reboot && at != std::string::npos; at = text_.find(line)) {
        text_.erase(at, line.size());
        on_reboot();
    }
    if (text_.size() > 2 * limit)
        text_.erase(0, text_.size() - limit);
}

} // namespace bootproof
