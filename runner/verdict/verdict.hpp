// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

enum class Outcome : std::uint8_t { pass, fail, skip, timeout, error, interrupted };

/// What a run came to. 'fail' and 'timeout' are the test's doing; 'error' means that it could not
/// be run properly.
struct Verdict {
    Outcome outcome = Outcome::error;
    /// A stable word for machines: unit-failed, kernel-panic, unexpected-reset, no-exit-status,
    /// coredump, … Empty for a pass.
    std::string reason;
    /// One line for people.
    std::string text;
    /// Further things that were found; each is a line. A pass has none that would have changed it.
    std::vector<std::string> findings;

    bool operator==(const Verdict&) const = default;
};

/// One without findings.
Verdict verdict_of(Outcome outcome, std::string reason, std::string text);

/// Neither passed nor skipped.
bool is_broken(Outcome outcome);

/// A failure of the test, and not an error of what it runs on.
bool is_failure(Outcome outcome);

/// What Meson sees: pass 0, fail and timeout 1, skip 77, error 99, interrupted 130.
int exit_code(Outcome outcome);

std::string_view to_string(Outcome outcome);

} // namespace bootproof
