// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/error.hpp"

#include <string>

namespace bootproof {

/// What the Error says that the call throws, with its hint in parentheses; empty when it throws
/// none.
template <typename Call>
std::string fault_of(Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what() + (error.hint().empty() ? std::string() : " (" + error.hint() + ")");
    }
    return {};
}

} // namespace bootproof
