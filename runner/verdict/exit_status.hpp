// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <optional>
#include <string>

namespace bootproof {

/// The EXIT_STATUS= that counts: the last one, since every shutdown sends one, reboots included.
struct ExitStatus {
    /// As it came from the guest, unchecked.
    std::string text;
    /// Nothing where the text is not a number from 0 to 255.
    std::optional<int> value;

    bool operator==(const ExitStatus&) const = default;
};

std::optional<ExitStatus> exit_status(const Observation& observation);

/// Whether the test's unit has caused an exit status; an ordinary shutdown sends 0.
bool has_told(const Observation& observation);

} // namespace bootproof
