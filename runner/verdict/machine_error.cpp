// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/machine_error.hpp"

#include "base/printable.hpp"

#include <string_view>

namespace bootproof {

namespace {

/// Without what follows the last character that is not blank.
std::string_view stripped(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

std::string_view last_line(std::string_view text) {
    return text.substr(text.rfind('\n') + 1);
}

/// virsh(1) goes on to its next command after one that has failed, and says that the domain is not
/// there, which is no news.
bool is_aftermath(std::string_view line, Backend backend) {
    return backend == Backend::libvirt && line.starts_with("error: failed to get domain ");
}

} // namespace

std::string with_machine_error(const std::string& stem, const Observation& observation) {
    auto errors = stripped(observation.machine_errors);
    if (const auto line = last_line(errors); is_aftermath(line, observation.backend))
        errors = stripped(errors.substr(0, errors.size() - line.size()));
    return errors.empty() ? stem : stem + ": " + one_line(last_line(errors), 500);
}

} // namespace bootproof
