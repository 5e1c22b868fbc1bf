// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/older_guest.hpp"

#include "contains.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

struct OldSample : PlanSample {
    OldSample() { image.systemd_version = 252; }

    [[nodiscard]] std::string credential(const std::string& name) const {
        return value_of(plan().credentials, name);
    }
};

bool lacks(const std::string& text, const std::string& part) {
    return text.find(part) == std::string::npos;
}

} // namespace

TEST_CASE("an older guest finds units among its credentials, and drop-ins where they are written") {
    OldSample sample;
    sample.descriptor.unit = "mine.service";
    sample.descriptor.credentials = {
        {"systemd.extra-unit.other.service", "[Service]\n"}, {"plain", "value"}};
    const auto plan = sample.plan();
    for (const auto& credential : plan.credentials)
        CHECK_FALSE(credential.name.starts_with("systemd."));
    CHECK(value_of(plan.credentials, "mine.service") == Contains("Description=TEST-01-BASIC"));
    CHECK(value_of(plan.credentials, "other.service") == "[Service]\n");
    CHECK(value_of(plan.credentials, "plain") == "value");
    CHECK(
        has(plan.kernel_command_line,
            "SYSTEMD_UNIT_PATH=/usr/lib/systemd/tests/testdata/TEST-01-BASIC.units:"
            "/usr/lib/systemd/tests/testdata/units:/run/credentials/@system:"
            "/run/bootproof/extra-units:"));
    CHECK(has(plan.kernel_command_line, "systemd.unit=bootproof-start.service"));
    const auto script = value_of(plan.credentials, "bootproof.start");
    CHECK(script == Contains("/run/bootproof/extra-units/mine.service.d/50-credential.conf\n"));
    CHECK(script == Contains("systemctl start --no-block mine.service\n"));
}

TEST_CASE("PID 1 is reloaded for the test's own drop-in only if it has read the unit already") {
    OldSample sample;
    CHECK(
        sample.credential("bootproof.start")
        == Contains(
            "[ \"$(systemctl show --property=NeedDaemonReload --value TEST-01-BASIC.service)\" = "
            "no ] || systemctl daemon-reload\n"));
    sample.descriptor.credentials = {{"systemd.unit-dropin.local-fs.target~10-mine", "[Unit]\n"}};
    const auto script = sample.credential("bootproof.start");
    CHECK(script == Contains("/local-fs.target.d/10-mine.conf\n"));
    CHECK(script == Contains("\nsystemctl daemon-reload\n"));
    CHECK(lacks(script, "NeedDaemonReload"));
}

TEST_CASE("units say the status where the machine does not, and then end it") {
    OldSample sample;
    const auto start = sample.credential("bootproof.start");
    CHECK(start == Contains("OnSuccess=bootproof-passed.service\n"));
    CHECK(start == Contains("OnFailure=bootproof-failed.service\n"));
    CHECK(lacks(start, "SuccessAction"));
    const auto passed = sample.credential("bootproof-passed.service");
    CHECK(passed == Contains("SuccessAction=exit\nSuccessActionExitStatus=123\n"));
    CHECK(passed == Contains("status=123; journalctl --sync; sleep 0.5; "));
    CHECK(passed == Contains("org.bootproof.notify"));
    CHECK(passed == Contains("printf \"%%s\\\\0\" \"EXIT_STATUS=$$status\" >/dev/$${port##*/}"));
    const auto failed = sample.credential("bootproof-failed.service");
    CHECK(lacks(failed, "SuccessAction"));
    CHECK(failed == Contains("FailureAction=exit\n"));
    CHECK(failed == Contains("exit $$status'\n"));
    CHECK_FALSE(has(sample.plan().credentials, "vmm.notify_socket"));
    sample.descriptor.shutdown = Shutdown::fast;
    CHECK(sample.credential("bootproof-passed.service") == Contains("SuccessAction=exit-force\n"));
}

TEST_CASE("a guest that tells its status but takes no units is told by its own means") {
    OldSample sample;
    sample.image.systemd_version = 255;
    const auto plan = sample.plan();
    CHECK(has(plan.credentials, "vmm.notify_socket"));
    CHECK(has(plan.credentials, "bootproof-notify.socket"));
    CHECK_FALSE(has(plan.credentials, "bootproof-passed.service"));
    CHECK(value_of(plan.credentials, "bootproof.start") == Contains("SuccessAction=exit\n"));
    CHECK(lacks(value_of(plan.credentials, "bootproof-start.service"), "EXIT_STATUS"));
}

TEST_CASE("scripts in the units of an older guest are one line that only the shell expands") {
    OldSample sample;
    for (const auto kind : {MachineKind::vm, MachineKind::container}) {
        sample.machine.kind = kind;
        for (const auto* name :
             {"bootproof-start.service",
              "bootproof-passed.service",
              "bootproof-failed.service",
              "emergency.service"}) {
            CAPTURE(name);
            const auto unit = sample.credential(name);
            CHECK(unit.find("{}") == std::string::npos);
            CHECK(unit.find("; ;") == std::string::npos);
            CHECK(std::ranges::count(unit, '\'') % 2 == 0);
            CHECK(std::ranges::count(unit, '$') % 2 == 0);
        }
    }
}

TEST_CASE("an older guest ends in place of its emergency shell, which is so from the start") {
    const OldSample sample;
    const auto service = sample.credential("emergency.service");
    CHECK(service == Contains("FailureAction=exit\nFailureActionExitStatus=187\n"));
    CHECK(service == Contains("EXIT_STATUS=187"));
    CHECK(lacks(sample.credential("bootproof.start"), "emergency"));
}

TEST_CASE("a name that fw_cfg does not take is written if it is a unit's, and refused otherwise") {
    OldSample sample;
    sample.descriptor.unit = "a-unit-with-a-name-too-long.service";
    auto plan = sample.plan();
    CHECK_FALSE(has(plan.credentials, sample.descriptor.unit));
    CHECK(
        value_of(plan.credentials, "bootproof.start")
        == Contains(">/run/bootproof/extra-units/a-unit-with-a-name-too-long.service\n"));
    CHECK(values_of(plan.machine, "-fw_cfg").size() == plan.credentials.size());
    sample.descriptor.credentials = {{"a-credential-with-a-long-name", "value"}};
    CHECK(sample.fault() == Contains("is too long for fw_cfg"));
}

TEST_CASE("a machine that could not be told of its test says so") {
    OldSample sample;
    const auto start = sample.credential("bootproof-start.service");
    CHECK(start == Contains("FailureAction=exit-force\nFailureActionExitStatus=189\n"));
    CHECK(start == Contains("EXIT_STATUS=189"));
    CHECK(start == Contains("X_BOOTPROOF_STARTED=1"));
    sample.options.console = Console::interactive;
    CHECK(lacks(sample.credential("bootproof-start.service"), "FailureAction"));
}

TEST_CASE("an older guest keeps its journal where there is a directory that it flushes to") {
    OldSample sample;
    const auto mask = "systemd.mask=systemd-journal-flush.service";
    CHECK(has(manager_arguments(sample.input()), mask));
    CHECK_FALSE(has(sample.plan().credentials, "journal.storage"));
    sample.descriptor.storage = Storage::persistent;
    CHECK_FALSE(has(manager_arguments(sample.input()), mask));
    CHECK(
        sample.credential("bootproof-var-log.service")
        == Contains("Before=systemd-journal-flush.service\n"));
    CHECK(
        sample.credential("bootproof-start.service")
        == Contains("Wants=systemd-journald.service systemd-journal-flush.service "
                    "bootproof-var-log.service\n"));
}

TEST_CASE("a person at an older guest is logged in, and starts the test by hand in a shell") {
    OldSample sample;
    sample.options.console = Console::shell;
    const auto script = sample.credential("bootproof.start");
    CHECK(script == Contains("/serial-getty@.service.d/50-credential.conf\n"));
    CHECK(script == Contains("--autologin root"));
    CHECK(lacks(script, "systemctl start"));
    CHECK(has(manager_arguments(sample.input()), "systemd.wants=bootproof-start.service"));
    CHECK(lacks(join_kernel_arguments(manager_arguments(sample.input())), "systemd.unit="));
}

TEST_CASE("a container of an older guest says its status over the socket of the host") {
    OldSample sample;
    sample.machine.kind = MachineKind::container;
    CHECK(
        sample.credential("bootproof-passed.service")
        == Contains("NOTIFY_SOCKET=/run/host/bootproof/notify systemd-notify --no-block "
                    "\"EXIT_STATUS=$$status\""));
    CHECK(
        sample.credential("bootproof-start.service")
        == Contains("/bin/sh /run/host/credentials/bootproof.start"));
    CHECK(
        join_kernel_arguments(manager_arguments(sample.input()))
        == Contains(":/run/host/credentials:"));
}

TEST_CASE("the machine of an older guest has time to stop its units after its status") {
    OldSample sample;
    const auto scaled = sample.plan().shutdown_deadline;
    sample.image.systemd_version = 257;
    CHECK(scaled == 10 * sample.plan().shutdown_deadline);
}
