// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/relay.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

TEST_CASE("PID 1 sends its messages to the socket that the relay reads") {
    const auto relay = notify_relay();
    const auto path = value_of(relay, "vmm.notify_socket");
    CHECK(path.starts_with('/'));
    CHECK(
        value_of(relay, "systemd.extra-unit.bootproof-notify.socket")
        == Contains("ListenDatagram=" + path + "\n"));
    const auto service = value_of(relay, "systemd.extra-unit.bootproof-notify.service");
    CHECK(service == Contains("Requires=bootproof-notify.socket\n"));
    CHECK(service == Contains("org.bootproof.notify"));
    CHECK(service == Contains("StandardInput=socket\n"));
}

TEST_CASE("the journal's relay sends the export format") {
    const auto service = value_of(
        journal_relay(PlanSample().input()), "systemd.extra-unit.bootproof-journal.service");
    CHECK(service == Contains("--output=export"));
    CHECK(service == Contains("org.bootproof.journal"));
}

TEST_CASE("a relay is one command line and outlives all others") {
    PlanSample old;
    old.image.systemd_version = 252;
    for (const auto& relay :
         {notify_relay().back(),
          journal_relay(PlanSample().input()).back(),
          journal_relay(old.input()).back()}) {
        CAPTURE(relay.name);
        CHECK(relay.value == Contains("SurviveFinalKillSignal=yes\n"));
        CHECK(relay.value == Contains("ExecStart=@/bin/sh @"));
        // Every dollar is for the shell and not for systemd, and the script's quotes are the only
        // ones.
        CHECK(relay.value.find("{}") == std::string::npos);
        CHECK(std::ranges::count(relay.value, '\'') == 2);
        CHECK(std::ranges::count(relay.value, '$') % 2 == 0);
        CHECK(relay.value.back() == '\n');
    }
}

TEST_CASE("where a unit is not spared the relay has a name that is") {
    PlanSample sample;
    const auto script = [&] { return journal_relay(sample.input()).back().value; };
    CHECK(script() == Contains("exec journalctl --quiet"));
    sample.image.systemd_version = 254;
    CHECK(script() == Contains("exec @journalctl --quiet"));
}
