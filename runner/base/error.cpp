// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"

#include <system_error>
#include <utility>

namespace bootproof {

Error::Error(const std::string& message, std::string hint)
    : std::runtime_error(message)
    , hint_(std::move(hint)) {}

std::string ask_doctor(const std::string& hint) {
    return hint + "; bootproof doctor says what else this host lacks";
}

Error system_error(int errnum, std::string_view message, std::string hint) {
    return Error(
        std::string(message) + ": " + std::generic_category().message(errnum), std::move(hint));
}

} // namespace bootproof
