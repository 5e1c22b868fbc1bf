// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/unit_credentials.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

std::vector<Credential> credentials_of(const PlanSample& sample) {
    return unit_credentials(sample.input());
}

std::string dropin(const PlanSample& sample) {
    return value_of(credentials_of(sample), "systemd.unit-dropin.TEST-01-BASIC.service");
}

bool lacks(const std::string& text, const std::string& part) {
    return text.find(part) == std::string::npos;
}

} // namespace

TEST_CASE("an environment variable is written as systemd reads it back") {
    CHECK(environment_assignment("A", "plain") == "\"A=plain\"");
    CHECK(environment_assignment("A", "") == "\"A=\"");
    CHECK(environment_assignment("A", "a\"b\\c") == R"("A=a\"b\\c")");
    CHECK(environment_assignment("A", "1\n2\r3") == R"("A=1\n2\r3")");
    CHECK(environment_assignment("A", "50% $HOME 'x' # ;\t") == "\"A=50%% $HOME 'x' # ;\t\"");
    CHECK(environment_assignment("A", "é\\") == "\"A=é\\\\\"");
}

TEST_CASE("a unit that the image has gets a drop-in, another one is sent whole") {
    PlanSample sample;
    CHECK_FALSE(has(credentials_of(sample), "systemd.extra-unit.TEST-01-BASIC.service"));
    sample.image.units = {"TEST-01-BASIC2.service"};
    CHECK(
        value_of(credentials_of(sample), "systemd.extra-unit.TEST-01-BASIC.service")
        == "[Unit]\nDescription=TEST-01-BASIC\nWants=basic.target "
           "network.target\nAfter=basic.target network.target\n"
           "\n[Service]\nType=oneshot\nUnsetEnvironment=JOURNAL_STREAM\n");
    CHECK(has(credentials_of(sample), "systemd.unit-dropin.TEST-01-BASIC.service"));
}

TEST_CASE("the drop-in has everything that the configuration says") {
    PlanSample sample;
    sample.descriptor.configuration = {
        .command = "/bin/sh -c '\n  x\ry'",
        .wants = {"a.target", "b.target"},
        .after = {"c.target"},
        .environment = {{"A", "1"}, {"B", "\n"}},
        .unit = {{"ConditionVirtualization", "vm"}},
        .service = {{"Type", "simple"}},
        .memory_accounting = true,
    };
    CHECK(
        dropin(sample)
        == "[Unit]\nWants=bootproof-sync.service\nAfter=bootproof-sync.service\n"
           "Wants=a.target b.target\nAfter=c.target\n"
           "SuccessAction=exit\nSuccessActionExitStatus=123\nFailureAction="
           "exit\nConditionVirtualization=vm\n"
           "\n[Service]\nExecStart=\nExecStart=/bin/sh -c '\\n  x\\ry'\n"
           "Environment=\"A=1\"\nEnvironment=\"B=\\n\"\nMemoryAccounting=yes\n"
           "StandardOutput=journal+console\n"
           "Type=simple\n");
}

TEST_CASE("the journal is complete before journald stops") {
    PlanSample sample;
    const auto unit = value_of(credentials_of(sample), "systemd.extra-unit.bootproof-sync.service");
    CHECK(unit == Contains("After=systemd-journald.service\n"));
    CHECK(unit == Contains("ExecStop=-timeout 20 journalctl --sync\n"));
    CHECK(dropin(sample) == Contains("Wants=bootproof-sync.service\n"));
    // Its end units do that.
    sample.use_fork();
    CHECK_FALSE(has(credentials_of(sample), "systemd.extra-unit.bootproof-sync.service"));
}

TEST_CASE("what the caller asks of the subtests goes over the declaration") {
    PlanSample sample;
    sample.descriptor.configuration.environment = {
        {"TEST_MATCH_TESTCASE", "declared"}, {"OTHER", "stays"}};
    sample.options.guest_environment = {{"TEST_MATCH_TESTCASE", "a \"b\"\n%"}};
    const auto text = dropin(sample);
    CHECK(!lacks(text, "Environment=\"OTHER=stays\"\n"));
    CHECK(!lacks(text, "Environment=\"TEST_MATCH_TESTCASE=a \\\"b\\\"\\n%%\"\n"));
    CHECK(lacks(text, "declared"));
}

TEST_CASE("without a command the image's own is kept") {
    CHECK(lacks(dropin(PlanSample()), "ExecStart"));
}

TEST_CASE("a fast shutdown leaves the units running") {
    PlanSample sample;
    CHECK(lacks(dropin(sample), "exit-force"));
    sample.descriptor.shutdown = Shutdown::fast;
    CHECK(dropin(sample) == Contains("SuccessAction=exit-force\n"));
    CHECK(dropin(sample) == Contains("FailureAction=exit-force\n"));
}

TEST_CASE("a person finds the machine as it was when the test failed") {
    PlanSample sample;
    sample.options.console = Console::interactive;
    CHECK(dropin(sample) == Contains("SuccessAction=exit\n"));
    CHECK(lacks(dropin(sample), "FailureAction"));
    CHECK(dropin(sample) == Contains("StandardInput=tty\n"));
    CHECK(lacks(dropin(sample), "journal+console"));
}

TEST_CASE("in a shell the test does not end the machine") {
    PlanSample sample;
    sample.options.console = Console::shell;
    CHECK(lacks(dropin(sample), "SuccessAction"));
    CHECK(lacks(dropin(sample), "FailureAction"));
}

TEST_CASE("emergency mode ends a machine that nobody watches, and only that") {
    PlanSample sample;
    CHECK(
        value_of(sample.plan().credentials, "systemd.unit-dropin.emergency.target")
        == Contains("Wants=bootproof-emergency-exit.service"));
    CHECK(
        value_of(sample.plan().credentials, "systemd.extra-unit.bootproof-emergency-exit.service")
        == Contains("FailureAction=exit\n"));
    for (const auto console : {Console::interactive, Console::shell}) {
        sample.options.console = console;
        CHECK_FALSE(has(sample.plan().credentials, "systemd.unit-dropin.emergency.target"));
    }
}
