// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

struct ContainerSample : PlanSample {
    ContainerSample() {
        machine = {.kind = MachineKind::container, .reason = "the sample"};
        backend = {.backend = Backend::nspawn, .reason = {}};
        image.tree = "/build/image.tree";
        host.container.nspawn = "/usr/bin/systemd-nspawn";
    }
};

/// The words that PID 1 gets.
std::vector<std::string> manager_words(const LaunchPlan& plan) {
    const auto boot = std::ranges::find(plan.machine, "--boot");
    REQUIRE(boot != plan.machine.end());
    return {std::next(boot), plan.machine.end()};
}

} // namespace

TEST_CASE("a container has no QEMU, no QMP and no relays, and its own deadline") {
    const auto plan = ContainerSample().plan();
    CHECK(plan.kind == MachineKind::container);
    CHECK(plan.kind_reason == "the sample");
    CHECK(plan.accelerator.empty());
    CHECK(plan.qmp_socket.empty());
    CHECK(plan.console_socket.empty());
    CHECK(plan.deadline == std::chrono::seconds(60));
    CHECK(value_of(plan.credentials, "vmm.notify_socket") == "/run/host/bootproof/notify");
    CHECK(value_of(plan.credentials, "journal.forward_to_socket") == "/run/host/bootproof/journal");
    CHECK_FALSE(has(plan.credentials, "systemd.extra-unit.bootproof-journal.service"));
}

TEST_CASE("a guest before systemd 256 follows its journal itself") {
    ContainerSample sample;
    sample.image.systemd_version = 255;
    const auto plan = sample.plan();
    CHECK_FALSE(has(plan.credentials, "journal.forward_to_socket"));
    CHECK(
        value_of(plan.credentials, "bootproof-journal.service")
        == Contains("StandardOutput=file:/run/host/bootproof/journal\n"));
    CHECK(has(manager_words(plan), "systemd.wants=bootproof-journal.service"));
}

TEST_CASE("words of the kernel command line reach PID 1 as the kernel would pass them") {
    ContainerSample sample;
    sample.image.kernel_command_line = "rw quiet systemd.firstboot=no root=x";
    sample.descriptor.cmdline = {"SOME-NAME=\"two words\"", "systemd.debug_shell", "a.b=c"};
    const auto plan = sample.plan();
    CHECK(has(plan.machine, "--setenv=SOME_NAME=two words"));
    const auto words = manager_words(plan);
    CHECK(has(words, "systemd.debug_shell"));
    CHECK(has(words, "a.b=c"));
    CHECK(has(words, "systemd.firstboot=no"));
    CHECK(has(words, "systemd.unit=TEST-01-BASIC.service"));
    CHECK_FALSE(has(words, "rw"));
    CHECK_FALSE(has(words, "root=x"));
}

TEST_CASE("each credential is a file that the container loads") {
    ContainerSample sample;
    sample.descriptor.credentials = {{.name = "a", .value = std::string("x\0y", 3)}};
    const auto plan = sample.plan();
    REQUIRE(plan.files.size() == plan.credentials.size());
    CHECK(plan.files.back().content == std::string("x\0y", 3));
    CHECK(has(plan.machine, "--load-credential=a:" + plan.files.back().path.string()));
}

TEST_CASE("the control group is the run's own where no service manager makes one") {
    ContainerSample sample;
    CHECK(sample.plan().cgroup == "bootproof-1");
    CHECK(sample.plan().machine.front() == "unshare");
    sample.host.container.has_service_manager = true;
    CHECK(sample.plan().cgroup.empty());
    CHECK(sample.plan().machine.front() == "systemd-run");
}

TEST_CASE("a person gets the container's terminal, and a login on it") {
    ContainerSample sample;
    CHECK(has(sample.plan().machine, "--console=read-only"));
    CHECK(has(manager_words(sample.plan()), "systemd.mask=console-getty.service"));
    sample.options.console = Console::shell;
    CHECK(has(sample.plan().machine, "--console=interactive"));
    CHECK_FALSE(has(manager_words(sample.plan()), "systemd.mask=console-getty.service"));
    CHECK(has(sample.plan().credentials, "tty.console.login.noauth"));
    CHECK_FALSE(sample.plan().deadline);
}

TEST_CASE("a test may want its files synced") {
    ContainerSample sample;
    CHECK(has(sample.plan().machine, "--suppress-sync=yes"));
    sample.descriptor.suppress_sync = false;
    CHECK(has(sample.plan().machine, "--suppress-sync=no"));
}

TEST_CASE("a colon in a path does not end it") {
    ContainerSample sample;
    sample.resources.directory = "/run/a:b";
    CHECK(has(sample.plan().machine, "--bind=/run/a\\:b/notify:/run/host/bootproof/notify"));
}
