// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/machine_choice.hpp"

#include "base/fault.hpp"
#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

const ContainerHost able{
    .nspawn = "/usr/bin/systemd-nspawn",
    .controllers = {"cpu", "io", "memory", "pids"},
    .may_raise_limits = true};
const ContainerHost unable{.fault = "there is no systemd-nspawn"};

MachineKind
kind(const TestDescriptor& test, const ContainerHost& host, MachineRequest request = {}) {
    const auto choice = choose_machine(test, {.machine = request}, host);
    CHECK_FALSE(choice.reason.empty());
    return choice.kind;
}

} // namespace

TEST_CASE("a test that needs no virtual machine gets a container where the host has one") {
    const TestDescriptor test{.name = "a", .firmware = Firmware::linux_noinitrd};
    CHECK(kind(test, able) == MachineKind::container);
    CHECK(kind(test, unable) == MachineKind::vm);
    CHECK(kind(test, able, MachineRequest::vm) == MachineKind::vm);
    CHECK(kind(test, able, MachineRequest::container) == MachineKind::container);
}

TEST_CASE("what only a virtual machine has makes one, whatever is asked for") {
    const std::vector<TestDescriptor> tests{
        {.name = "a", .vm = true},
        {.name = "a", .firmware = Firmware::uefi},
        {.name = "a", .firmware = Firmware::uefi_secure_boot},
        {.name = "a", .root = Root::disk},
        {.name = "a", .rtc = true},
        {.name = "a", .qemu_args = {"-S"}},
        {.name = "a", .needs = {Need::coredumps}},
        {.name = "a", .needs = {Need::kernel_modules}},
    };
    for (const auto& test : tests)
        for (const auto request : {MachineRequest::automatic, MachineRequest::container}) {
            CHECK(kind(test, able, request) == MachineKind::vm);
            CHECK(kind(test, unable, request) == MachineKind::vm);
        }
}

TEST_CASE("a fork that is asked for is one of a virtual machine, by whoever speaks last") {
    const TestDescriptor test{.name = "a", .boot = Boot::fork};
    CHECK(kind(test, able) == MachineKind::vm);
    CHECK(choose_machine(test, {.boot = Boot::own}, able).kind == MachineKind::container);
    CHECK(choose_machine({.name = "a"}, {.boot = Boot::fork}, able).kind == MachineKind::vm);
    CHECK(
        choose_machine({.name = "a"}, {.boot = Boot::automatic}, able).kind
        == MachineKind::container);
}

TEST_CASE("what the host's containers lack sends a test that needs it to a virtual machine") {
    const TestDescriptor controllers{.name = "a", .needs = {Need::cgroup_controllers}};
    CHECK(kind(controllers, able) == MachineKind::container);
    const auto choice = choose_machine(controllers, {}, {.controllers = {"memory", "pids"}});
    CHECK(choice.kind == MachineKind::vm);
    CHECK(choice.reason == Contains("controllers cpu, io"));
    const TestDescriptor limits{.name = "a", .needs = {Need::resource_limits}};
    CHECK(kind(limits, able) == MachineKind::container);
    CHECK(kind(limits, {.may_raise_limits = false}) == MachineKind::vm);
}

TEST_CASE("a container that was asked for and cannot be had is an error that says why") {
    const TestDescriptor test{.name = "a"};
    CHECK(
        fault_of([&] { choose_machine(test, {.machine = MachineRequest::container}, unable); })
        == Contains("there is no systemd-nspawn"));
}

TEST_CASE("without virtual machines, tests that need one are skipped") {
    const RunOptions containers_only{.machine = MachineRequest::container};
    const TestDescriptor test{.name = "a", .vm = true};
    const auto skip =
        decide_machine_skip(containers_only, choose_machine(test, containers_only, able));
    REQUIRE(skip);
    CHECK(skip->reason == "no-vm");
    CHECK(skip->text == Contains("vm: true"));
    CHECK_FALSE(decide_machine_skip({}, choose_machine(test, {}, able)));
    CHECK_FALSE(
        decide_machine_skip(containers_only, choose_machine({.name = "a"}, containers_only, able)));
}
