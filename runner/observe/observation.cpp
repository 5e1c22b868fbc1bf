// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/observation.hpp"

#include <algorithm>

namespace bootproof {

std::optional<std::string>
last_field(const std::vector<NotifyMessage>& messages, const std::string& field) {
    // std::views::reverse is beyond clang 14 with this standard library.
    for (auto message = messages.rbegin(); message != messages.rend(); ++message)
        if (const auto found = message->fields.find(field); found != message->fields.end())
            return found->second;
    return std::nullopt;
}

std::string_view machine_program(const Observation& observation) {
    return program_name(observation.backend);
}

const SubtestRecord* running_subtest(const Observation& observation) {
    if (!observation.journal)
        return nullptr;
    const auto& subtests = observation.journal->subtests;
    const auto last = std::find_if(subtests.rbegin(), subtests.rend(), [](const auto& subtest) {
        return subtest.result == SubtestResult::unfinished;
    });
    return last == subtests.rend() ? nullptr : &*last;
}

unsigned count_resets(const Observation& observation) {
    // QEMU sends RESET where it goes on, and SHUTDOWN where -action reboot=shutdown makes it end
    // instead.
    return static_cast<unsigned>(
        std::ranges::count_if(observation.events, [](const MachineEvent& event) {
            return event.reason == "guest-reset"
                   && (event.name == "RESET" || event.name == "SHUTDOWN");
        }));
}

} // namespace bootproof
