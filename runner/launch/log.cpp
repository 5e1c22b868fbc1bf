// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/log.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace bootproof {

void log_info(std::string_view text) {
    fmt::print(stderr, "bootproof: {}\n", text);
}

void log_warning(std::string_view text) {
    fmt::print(stderr, "bootproof: Warning: {}\n", text);
}

void log_error(std::string_view text, std::string_view hint) {
    fmt::print(stderr, "bootproof: {}\n", text);
    if (!hint.empty())
        fmt::print(stderr, "({})\n", hint);
}

void try_anyway(const std::function<void()>& attempt) {
    try {
        attempt();
    } catch (const Error& error) {
        log_warning(fmt::format("{}, ignoring", error.what()));
    }
}

} // namespace bootproof
