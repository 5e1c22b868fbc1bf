// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/host_capabilities.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace bootproof {

namespace {

int number_at(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace

void HostCapabilities::set_qemu_version(std::string version) {
    qemu_version = std::move(version);
    const std::string_view text = qemu_version;
    qemu_major = number_at(text);
    qemu_minor = number_at(text.substr(std::min(text.find('.') + 1, text.size())));
}

} // namespace bootproof
