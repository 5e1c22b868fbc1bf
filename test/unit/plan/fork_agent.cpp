// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/fork_agent.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

bool lacks(const std::string& text, const std::string& part) {
    return text.find(part) == std::string::npos;
}

} // namespace

TEST_CASE("the test's unit goes where PID 1 looks without being reloaded") {
    PlanSample sample;
    sample.use_fork();
    const auto plan = sample.plan();
    const auto& instructions = plan.agent_instructions;
    CHECK(
        instructions
        == Contains(">/run/bootproof/extra-units/TEST-01-BASIC.service.d/50-credential.conf"));
    CHECK(
        instructions
        == Contains("ln -s /usr/lib/systemd/tests/testdata/TEST-01-BASIC.units "
                    "/run/bootproof/units\n"));
    CHECK(instructions == Contains("systemctl start --no-block TEST-01-BASIC.service\n"));
    CHECK(lacks(instructions, "daemon-reload"));
    CHECK(
        has(plan.kernel_command_line,
            "SYSTEMD_UNIT_PATH=/run/bootproof/units:/usr/lib/systemd/tests/testdata/units:"
            "/run/bootproof/extra-units:"));
}

TEST_CASE("nothing of the test is in the machine that it is forked from") {
    PlanSample sample;
    sample.use_fork();
    const auto plan = sample.plan();
    CHECK_FALSE(has(plan.credentials, "systemd.unit-dropin.TEST-01-BASIC.service"));
    CHECK(has(plan.credentials, "systemd.extra-unit.bootproof-fork.service"));
    CHECK(has(plan.kernel_command_line, "systemd.unit=multi-user.target"));
    CHECK(has(plan.kernel_command_line, "systemd.hostname=bootproof"));
}

TEST_CASE("credentials are written as bytes, and only where there are any") {
    PlanSample sample;
    sample.use_fork();
    CHECK(lacks(sample.plan().agent_instructions, "/run/credentials"));
    sample.descriptor.credentials = {{"mine", std::string("a\0b\\\n", 5)}};
    const auto instructions = sample.plan().agent_instructions;
    CHECK(instructions == Contains("mount -o remount,rw /run/credentials/@system\n"));
    CHECK(instructions == Contains("printf %b 'a\\0000b\\\\\n' >/run/credentials/@system/mine\n"));
    CHECK(instructions == Contains("mount -o remount,ro /run/credentials/@system\n"));
}

TEST_CASE("a forked machine ends at once unless the whole shutdown is asked for") {
    PlanSample sample;
    sample.use_fork();
    for (const auto shutdown : {Shutdown::automatic, Shutdown::fast}) {
        sample.descriptor.shutdown = shutdown;
        CHECK(sample.plan().agent_instructions == Contains("OnSuccess=bootproof-passed.service"));
        CHECK(lacks(sample.plan().agent_instructions, "SuccessAction"));
    }
    sample.descriptor.shutdown = Shutdown::full;
    CHECK(sample.plan().agent_instructions == Contains("SuccessAction=exit\n"));
    CHECK(lacks(sample.plan().agent_instructions, "OnSuccess"));
}

TEST_CASE("the run's name is in the message that ends it") {
    PlanSample sample;
    sample.use_fork();
    const auto plan = sample.plan();
    CHECK(plan.end_message == "bootproof-end 1 ");
    CHECK(plan.agent_instructions == Contains("echo 1 >/run/bootproof/run-id\n"));
}
