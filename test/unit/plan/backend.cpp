// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/backend.hpp"

#include "base/fault.hpp"
#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

constexpr MachineKind vm = MachineKind::vm;
constexpr MachineKind container = MachineKind::container;

Backend chosen(const PlanSample& sample, MachineKind kind) {
    return choose_backend(
               {sample.descriptor, sample.image, sample.options, sample.host},
               {.kind = kind, .reason = "so it is"})
        .backend;
}

std::string fault(const PlanSample& sample, MachineKind kind) {
    return fault_of([&] { chosen(sample, kind); });
}

} // namespace

TEST_CASE(
    "QEMU runs virtual machines and systemd-nspawn containers where nobody asks for another") {
    const PlanSample sample;
    CHECK(chosen(sample, vm) == Backend::qemu);
    CHECK(chosen(sample, container) == Backend::nspawn);
}

TEST_CASE("a backend that was asked for and cannot is an error, and not another backend") {
    PlanSample sample;
    sample.options.backend = Backend::mkosi;
    CHECK(fault(sample, vm) == Contains("mkosi cannot run the test: mkosi was not looked for"));
    sample.host.mkosi = {.program = "/usr/bin/mkosi", .version = 25, .fault = {}};
    sample.image.mkosi_options = {"--directory=/source"};
    CHECK(chosen(sample, vm) == Backend::mkosi);
    CHECK(chosen(sample, container) == Backend::mkosi);
    sample.descriptor.cmdline = {"a  b"};
    CHECK(fault(sample, vm) == Contains("a.yaml:7:3: mkosi cannot run the test: "));
}

TEST_CASE("a root file system that only QEMU's machine can have is refused by the others") {
    PlanSample sample;
    sample.host.mkosi = {.program = "/usr/bin/mkosi", .version = 25, .fault = {}};
    sample.image.mkosi_options = {"--directory=/source"};
    const auto refused = [&](MachineKind kind) {
        return refuse(
            Backend::mkosi, kind, {sample.descriptor, sample.image, sample.options, sample.host});
    };
    CHECK_FALSE(refused(vm));
    sample.image.disk_format = "qcow2";
    REQUIRE(refused(vm));
    CHECK(refused(vm)->key.empty());
    sample.descriptor.root = Root::directory;
    REQUIRE(refused(vm));
    CHECK(refused(vm)->key == "root");
    // A container has the tree for its root file system anyway.
    CHECK_FALSE(refused(container));
}

TEST_CASE("a backend that does not run such machines says why the test gets one") {
    PlanSample sample;
    sample.options.backend = Backend::nspawn;
    CHECK(
        fault(sample, vm)
        == Contains("systemd-nspawn does not run the machine that the test gets: so it is"));
    sample.options.backend = Backend::qemu;
    CHECK(fault(sample, container) == Contains("QEMU does not run"));
}

TEST_CASE("a backend of one kind asks for machines of that kind") {
    RunOptions options;
    CHECK(asked_machine(options) == MachineRequest::automatic);
    options.backend = Backend::qemu;
    CHECK(asked_machine(options) == MachineRequest::vm);
    options.backend = Backend::nspawn;
    CHECK(asked_machine(options) == MachineRequest::container);
    options.backend = Backend::mkosi;
    CHECK(asked_machine(options) == MachineRequest::automatic);
    options.backend = Backend::nspawn;
    options.machine = MachineRequest::vm;
    CHECK(asked_machine(options) == MachineRequest::vm);
}

TEST_CASE("every backend has a word that names it") {
    for (const auto backend : all_backends)
        CHECK(backend_named(to_string(backend)) == backend);
    CHECK_FALSE(backend_named("auto"));
    CHECK_FALSE(backend_named("QEMU"));
}

TEST_CASE("only QEMU hands the kernel of an older guest to the firmware") {
    PlanSample sample;
    sample.options.backend = Backend::libvirt;
    sample.image.systemd_version = 252;
    sample.descriptor.firmware = Firmware::uefi;
    CHECK(fault(sample, vm) == Contains("the boot loader of systemd 252 takes no arguments"));
    sample.image.systemd_version = 257;
    CHECK(fault(sample, vm).find("boot loader") == std::string::npos);
    sample.image.systemd_version = 252;
    sample.descriptor.firmware = Firmware::linux;
    CHECK(fault(sample, vm).find("boot loader") == std::string::npos);
}
