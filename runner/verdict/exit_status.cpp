// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verdict/exit_status.hpp"

#include <charconv>

namespace bootproof {

std::optional<ExitStatus> exit_status(const Observation& observation) {
    const auto text = last_field(observation.messages, "EXIT_STATUS");
    if (!text)
        return std::nullopt;
    unsigned value = 0;
    const auto* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc() || rest != end || value > 255)
        return ExitStatus{.text = *text, .value = std::nullopt};
    return ExitStatus{.text = *text, .value = static_cast<int>(value)};
}

bool has_told(const Observation& observation) {
    const auto status = exit_status(observation);
    return status && status->value.value_or(0) != 0;
}

} // namespace bootproof
