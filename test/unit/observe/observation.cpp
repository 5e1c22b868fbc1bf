// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/observation.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

TEST_CASE("the value of a field is the one of the last message that has it") {
    const std::vector<NotifyMessage> messages{
        {.fields = {{"STATUS", "first"}}},
        {.fields = {{"STATUS", "second"}, {"READY", "1"}}},
        {.fields = {{"OTHER", "x"}}},
    };
    CHECK(last_field(messages, "STATUS") == "second");
    CHECK(last_field(messages, "READY") == "1");
    CHECK(last_field(messages, "EXIT_STATUS") == std::nullopt);
    CHECK(last_field({}, "STATUS") == std::nullopt);
}

TEST_CASE("only resets that the guest asked for are counted") {
    Observation observation;
    CHECK(count_resets(observation) == 0);
    observation.events = {
        {.name = "RESET", .reason = "guest-reset"},
        {.name = "RESET", .reason = "host-qmp-system-reset"},
        {.name = "RESET", .reason = "subsystem-reset"},
        {.name = "STOP", .reason = "guest-reset"},
        {.name = "SHUTDOWN", .reason = "guest-shutdown"},
        {.name = "SHUTDOWN", .reason = "guest-reset"},
    };
    CHECK(count_resets(observation) == 2);
}
