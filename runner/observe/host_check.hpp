// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

namespace bootproof {

/// One thing that was looked at on the host.
struct HostCheck {
    enum class Result : std::uint8_t {
        good,
        /// Tests run, but not all of them, or not as quickly.
        lacking,
        /// No test runs.
        broken,
    };

    std::string subject;
    Result result = Result::good;
    /// What was found.
    std::string text;
    /// What to type or do about it; empty where that is nothing.
    std::string remedy;

    bool operator==(const HostCheck&) const = default;
};

} // namespace bootproof
