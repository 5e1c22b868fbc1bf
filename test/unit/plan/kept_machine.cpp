// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/kept_machine.hpp"

#include "base/fault.hpp"
#include "contains.hpp"
#include "plan/keep_agent.hpp"
#include "plan/qemu.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

/// A test whose machine is to be kept.
PlanSample keeping() {
    PlanSample sample;
    sample.options.keep_failed = true;
    sample.resources.kept_machine = "/build/a.machine";
    return sample;
}

bool has_path_of(const std::vector<std::string>& command, std::string_view path) {
    return std::ranges::any_of(command, [&](const std::string& argument) {
        return argument.find(path) != std::string::npos;
    });
}

PassedFile passed(const LaunchPlan& plan, int number) {
    const auto found = std::ranges::find(plan.passed_files, number, &PassedFile::number);
    return found == plan.passed_files.end() ? PassedFile() : *found;
}

constexpr int state = 7;
constexpr int disk = 8;

} // namespace

TEST_CASE("a machine to be kept has a disk that can be saved, and a unit that waits") {
    const auto plan = keeping().plan();
    CHECK(plan.firmware == Firmware::linux);
    CHECK(plan.kept_machine == "/build/a.machine");
    CHECK(passed(plan, disk).path == "/build/a.machine/overlay.qcow2");
    CHECK(plan.end_message == "bootproof-end 1 ");
    CHECK(has(plan.kernel_command_line, "systemd.wants=bootproof-keep.service"));
    CHECK(has(plan.credentials, "systemd.extra-unit.bootproof-keep.service"));
    CHECK(
        value_of(plan.credentials, "systemd.unit-dropin.TEST-01-BASIC.service")
        == Contains("systemctl start bootproof-freeze.service"));
    CHECK(
        value_of(plan.credentials, "systemd.extra-unit.bootproof-freeze.service")
        == Contains("echo \"bootproof-end 1 $$status waits\""));
}

TEST_CASE("a machine is kept once the core dumps of its test are in the journal") {
    const auto plan = keeping().plan();
    const auto unit = value_of(plan.credentials, "systemd.extra-unit.bootproof-freeze.service");
    const auto waits = unit.find("system-systemd*coredump.slice/*.service");
    CHECK(waits != std::string::npos);
    CHECK(waits < unit.find("journalctl --sync"));
}

TEST_CASE("without that, nothing of it is in the plan") {
    const auto plan = PlanSample().plan();
    CHECK(plan.kept_machine.empty());
    CHECK(plan.agent_socket.empty());
    CHECK_FALSE(has(plan.credentials, "systemd.extra-unit.bootproof-keep.service"));
}

TEST_CASE("a clone is told to wait as well") {
    auto sample = keeping();
    sample.use_fork();
    const auto plan = sample.plan();
    CHECK(plan.agent_instructions == Contains("systemctl start --no-block bootproof-keep.service"));
    CHECK(plan.agent_instructions == Contains("extra-units/bootproof-freeze.service"));
    CHECK_FALSE(has(plan.credentials, "systemd.extra-unit.bootproof-keep.service"));
}

TEST_CASE("a kept machine goes on with copies of what it had written, at a terminal") {
    const auto sample = keeping();
    const auto kept = plan_kept(sample.input(), "unit-failed");
    REQUIRE(kept.inputs.size() == 2);
    CHECK(kept.inputs.front().path == "/build/kernel");
    const auto read = parse_kept_machine(kept_machine_json(kept), "machine.json");
    CHECK(read.test == kept.test);
    CHECK(read.qemu_version == kept.qemu_version);
    CHECK(read.reason == kept.reason);
    CHECK(read.plan.machine == kept.plan.machine);

    const auto plan = resumed_plan(read.plan, "/run/bootproof/2", "/else/where.machine");
    CHECK_FALSE(has_path_of(plan.machine, "@"));
    CHECK_FALSE(has_path_of(plan.machine, "/build/a."));
    CHECK_FALSE(has_path_of(plan.machine, "/run/bootproof/1"));
    CHECK(has(values_of(plan.machine, "-incoming"), "defer"));
    CHECK(has_path_of(plan.machine, "backing.file.filename=/else/where.machine/base"));
    CHECK(has_path_of(plan.machine, "path=/else/where.machine/credential-000"));
    CHECK(has_path_of(plan.machine, "stdio,id=serial"));
    CHECK(has(values_of(plan.machine, "-kernel"), "/else/where.machine/kernel"));
    // The disk is what it was, and no NVMe.
    CHECK(has(values_of(plan.machine, "-initrd"), "/else/where.machine/initrd"));
    CHECK(passed(plan, state).path == "/else/where.machine/state");
    CHECK(passed(plan, disk).path == "/else/where.machine/fd-8");
    CHECK(passed(plan, disk).access == PassedFile::Access::copy);
    CHECK(plan.qmp_socket == "/run/bootproof/2/qmp");
    CHECK(plan.agent_socket == "/run/bootproof/2/agent");
    CHECK(plan.attach_socket == "/run/bootproof/2/attach");
    CHECK(plan.end_message.empty());
}

TEST_CASE(
    "a machine that root has kept is anybody's, and whoever resumes it says which user runs it") {
    auto sample = keeping();
    sample.host.is_root = true;
    auto command = plan_kept(sample.input(), "timeout").plan.machine;
    const auto run_with = [&] { return values_of(command, "-run-with"); };
    const auto sandbox = [&] { return values_of(command, "-sandbox").at(0); };
    CHECK(run_with().empty());
    CHECK(sandbox() == Contains("elevateprivileges=deny"));

    settle_privileges(command, sample.host);
    CHECK(run_with() == std::vector<std::string>{"user=nobody"});
    CHECK_FALSE(sandbox() == Contains("elevateprivileges"));

    // As an earlier version has stored it.
    sample.host.is_root = false;
    settle_privileges(command, sample.host);
    CHECK(run_with().empty());
    CHECK(sandbox() == Contains("elevateprivileges=deny"));
    CHECK(command == plan_kept(sample.input(), "timeout").plan.machine);
}

TEST_CASE("a kept machine may be in a directory with a comma in its name") {
    const auto kept = plan_kept(keeping().input(), "timeout").plan;
    const auto plan = resumed_plan(kept, "/run/a,b", "/c,d.machine");
    CHECK(has_path_of(plan.machine, "backing.file.filename=/c,,d.machine/base,"));
    CHECK(has_path_of(plan.machine, "path=/c,,d.machine/credential-000"));
    CHECK(has_path_of(plan.machine, "path=/run/a,,b/qmp"));
    CHECK(has(values_of(plan.machine, "-kernel"), "/c,d.machine/kernel"));
    CHECK(passed(plan, state).path == "/c,d.machine/state");
    CHECK(plan.qmp_socket == "/run/a,b/qmp");
}

TEST_CASE("a kept clone has its memory in its state, and the disks of its class") {
    auto sample = keeping();
    sample.use_fork();
    const auto plan = resumed_plan(plan_kept(sample.input(), "timeout").plan, "/run/2", "/k");
    CHECK(has_path_of(plan.machine, "memory-backend-ram,id=ram"));
    CHECK(has_path_of(plan.machine, "backing.file.filename=/k/disk.qcow2"));
    CHECK(has_path_of(plan.machine, "backing.backing.file.filename=/k/base"));
    CHECK_FALSE(has_path_of(plan.machine, "/build/machines"));
}

TEST_CASE("what is no kept machine is an error with the file's name") {
    for (const auto* text : {"", "{", "[]", "{}", R"({"format": 1})", R"({"format": 2})"})
        CHECK(
            fault_of([&] { static_cast<void>(parse_kept_machine(text, "/a/machine.json")); })
            == Contains("'/a/machine.json' is "));
}

TEST_CASE("why a machine is not kept") {
    auto sample = keeping();
    CHECK(why_not_kept(sample.input()).empty());
    sample.descriptor.tpm = true;
    CHECK(why_not_kept(sample.input()) == Contains("'tpm'"));
    sample = keeping();
    sample.descriptor.drives = {{.id = "mine", .file = "/a"}};
    CHECK(why_not_kept(sample.input()) == Contains("'mine'"));
    sample = keeping();
    sample.descriptor.exit_code = 1;
    CHECK(why_not_kept(sample.input()) == Contains("'exit-code'"));
    sample = keeping();
    sample.descriptor.root = Root::directory;
    CHECK(why_not_kept(sample.input()) == Contains("'root'"));
    sample = keeping();
    sample.image.initrd.clear();
    CHECK(why_not_kept(sample.input()) == Contains("NVMe"));
    sample = keeping();
    sample.descriptor.configure = {"./mine"};
    CHECK(why_not_kept(sample.input()) == Contains("'configure'"));
    sample = keeping();
    sample.host.qemu_major = 7;
    CHECK(why_not_kept(sample.input()) == Contains("too old"));
    sample = keeping();
    sample.host.qemu_img.clear();
    CHECK(why_not_kept(sample.input()) == Contains("qemu-img"));
    sample = keeping();
    sample.image.systemd_version = 255;
    CHECK(why_not_kept(sample.input()) == Contains("systemd 255"));
    sample = keeping();
    sample.backend.backend = Backend::libvirt;
    CHECK(why_not_kept(sample.input()) == Contains("libvirt saves no machines"));
    sample = keeping();
    sample.machine.kind = MachineKind::container;
    CHECK(why_not_kept(sample.input()) == Contains("container"));
}
