// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/kernel_command_line.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

TEST_CASE("a value with blanks is quoted as the kernel reads it") {
    CHECK(join_kernel_arguments({"a", "b=c", "d=e f", "g=h\ti"}) == "a b=c d=\"e f\" g=\"h\ti\"");
    CHECK(join_kernel_arguments({}).empty());
}

TEST_CASE("what has quotes of its own, or no value, is left as it is") {
    CHECK(join_kernel_arguments({"a=\"b c\"", "d e", "f g=h"}) == "a=\"b c\" d e f g=h");
}

TEST_CASE("the descriptor's words come last") {
    PlanSample sample;
    sample.descriptor.cmdline = {"systemd.unit=mine.target", "x"};
    const auto words = extra_kernel_arguments(sample.input(), "tcg");
    REQUIRE(words.size() > 2);
    CHECK(words.back() == "x");
    CHECK(words[words.size() - 2] == "systemd.unit=mine.target");
    CHECK(has(words, "systemd.unit=TEST-01-BASIC.service"));
}

TEST_CASE("the host name is a label the kernel and systemd accept") {
    CHECK(host_name("TEST_1.2-A") == "TEST-1-2-A");
    CHECK(host_name(std::string(70, 'a')) == std::string(64, 'a'));
    CHECK(host_name(std::string(63, 'a') + "-b") == std::string(63, 'a'));
    CHECK(host_name("a._") == "a");
    CHECK(
        has(extra_kernel_arguments(PlanSample().input(), "tcg"), "systemd.hostname=TEST-01-BASIC"));
}

TEST_CASE("relays are started where there is no vsock, the journal's also for an old guest") {
    PlanSample sample;
    const auto wants = [&](const std::string& unit) {
        return has(
            extra_kernel_arguments(sample.input(), "tcg"),
            "systemd.wants=bootproof-" + unit + ".service");
    };
    CHECK(wants("notify"));
    CHECK(wants("journal"));
    sample.use_vsock();
    CHECK_FALSE(wants("notify"));
    CHECK_FALSE(wants("journal"));
    sample.image.systemd_version = 255;
    CHECK_FALSE(wants("notify"));
    CHECK(wants("journal"));
}

TEST_CASE("the test is started, unless a person only wants the machine") {
    PlanSample sample;
    const auto words = [&] {
        return join_kernel_arguments(extra_kernel_arguments(sample.input(), "tcg"));
    };
    CHECK(words() == Contains("systemd.unit=TEST-01-BASIC.service"));
    CHECK(words() == Contains("panic=-1"));
    sample.options.console = Console::interactive;
    CHECK(words() == Contains("systemd.unit=TEST-01-BASIC.service"));
    CHECK(words().find("panic=-1") == std::string::npos);
    sample.options.console = Console::shell;
    CHECK(words().find("systemd.unit=") == std::string::npos);
}

TEST_CASE("a machine that a person uses knows the terminal") {
    PlanSample sample;
    sample.options.terminal = {.type = "xterm", .rows = 40, .columns = 120};
    CHECK_FALSE(has(extra_kernel_arguments(sample.input(), "tcg"), "systemd.tty.term.ttyS0=xterm"));
    sample.options.console = Console::shell;
    const auto words = extra_kernel_arguments(sample.input(), "tcg");
    CHECK(has(words, "systemd.tty.term.ttyS0=xterm"));
    CHECK(has(words, "systemd.tty.rows.ttyS0=40"));
    CHECK(has(words, "systemd.tty.columns.console=120"));
    sample.use_arm();
    CHECK(has(extra_kernel_arguments(sample.input(), "tcg"), "systemd.tty.rows.ttyAMA0=40"));
}
