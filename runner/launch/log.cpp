// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/log.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace bootproof {

namespace {

/// What is told may have words of a guest in it.
void tell(std::string text) {
    fmt::print(stderr, "{}\n", without_ci_commands(std::move(text)));
}

} // namespace

void log_info(std::string_view text) {
    tell(fmt::format("bootproof: {}", text));
}

void log_warning(std::string_view text) {
    tell(fmt::format("bootproof: Warning: {}", text));
}

void log_error(std::string_view text, std::string_view hint) {
    tell(fmt::format("bootproof: {}", text));
    if (!hint.empty())
        tell(fmt::format("({})", hint));
}

void try_anyway(const std::function<void()>& attempt) {
    try {
        attempt();
    } catch (const Error& error) {
        log_warning(fmt::format("{}, ignoring", error.what()));
    }
}

} // namespace bootproof
