// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

using Words = std::vector<std::string>;

std::string only_value_of(const PlanSample& sample, std::string_view option) {
    const auto values = values_of(sample.plan().machine, option);
    CAPTURE(option);
    REQUIRE(values.size() == 1);
    return values.front();
}

} // namespace

TEST_CASE("QEMU drops root by the option that its version has") {
    PlanSample sample;
    CHECK_FALSE(has(sample.plan().machine, "-run-with"));
    CHECK_FALSE(has(sample.plan().machine, "-runas"));
    CHECK(only_value_of(sample, "-sandbox") == Contains("elevateprivileges=deny"));
    sample.host.is_root = true;
    const auto options = [&](int major, int minor) {
        sample.host.qemu_major = major;
        sample.host.qemu_minor = minor;
        const auto command = sample.plan().machine;
        return std::pair(values_of(command, "-run-with"), values_of(command, "-runas"));
    };
    const std::pair run_with(Words{"user=nobody"}, Words{});
    const std::pair runas(Words{}, Words{"nobody"});
    CHECK(options(7, 2) == runas);
    CHECK(options(9, 0) == runas);
    CHECK(options(9, 1) == run_with);
    CHECK(options(10, 0) == run_with);
    CHECK(only_value_of(sample, "-sandbox").find("elevateprivileges") == std::string::npos);
}

TEST_CASE("a table of SMBIOS strings over 48 KiB gets the 64-bit entry point") {
    PlanSample sample;
    CHECK(only_value_of(sample, "-machine").find("smbios-entry-point-type") == std::string::npos);
    // Base64 makes a third more of it.
    sample.descriptor.credentials = {{.name = "a", .value = std::string(24 * 1024, 'x')}};
    CHECK(only_value_of(sample, "-machine").find("smbios-entry-point-type") == std::string::npos);
    sample.descriptor.credentials = {{.name = "a", .value = std::string(37 * 1024, 'x')}};
    CHECK(only_value_of(sample, "-machine") == Contains(",smbios-entry-point-type=64"));
}

TEST_CASE("the arguments of the descriptor are the last") {
    PlanSample sample;
    sample.descriptor.qemu_args = {"-m", "1,2 3"};
    const auto command = sample.plan().machine;
    REQUIRE(command.size() > 2);
    CHECK(Words(command.end() - 2, command.end()) == Words{"-m", "1,2 3"});
}

TEST_CASE("a comma in a path cannot add an option to QEMU's") {
    PlanSample sample;
    sample.image.disk = "/a,b/disk.raw";
    sample.resources.directory = "/run/c,d";
    const auto command = sample.plan().machine;
    CHECK(values_of(command, "-drive").front() == Contains("file=/a,,b/disk.raw,snapshot=on"));
    for (const auto& value : values_of(command, "-chardev"))
        CHECK(value == Contains("path=/run/c,,d/"));
}

TEST_CASE("every disk is a snapshot or a copy") {
    PlanSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    sample.host.firmware = {
        {.code = "/fw/code",
         .variables_template = "/fw/vars",
         .machines = {"q35"},
         .architecture = "x86_64"}};
    const auto drives = values_of(sample.plan().machine, "-drive");
    CHECK(drives.size() == 3);
    for (const auto& drive : drives)
        CHECK(
            (drive.find("snapshot=on") != std::string::npos
             || drive.find("/dev/fdset/") != std::string::npos
             || drive.find("readonly=on") != std::string::npos));
}

TEST_CASE("a machine without declared reboots ends at its first reset, unless a person uses it") {
    PlanSample sample;
    CHECK(only_value_of(sample, "-action") == "reboot=shutdown");
    sample.descriptor.reboots = 1;
    CHECK(values_of(sample.plan().machine, "-action").empty());
    sample.descriptor.reboots = 0;
    sample.descriptor.any_reboots = true;
    CHECK(values_of(sample.plan().machine, "-action").empty());
    sample.descriptor.any_reboots = false;
    sample.options.console = Console::interactive;
    CHECK(values_of(sample.plan().machine, "-action").empty());
}

TEST_CASE("the clock is set only for a test that asks for it") {
    PlanSample sample;
    sample.resources.now = std::chrono::system_clock::from_time_t(951'782'400);
    CHECK(values_of(sample.plan().machine, "-rtc").empty());
    sample.descriptor.rtc = true;
    CHECK(only_value_of(sample, "-rtc") == "base=2000-02-29T00:00:00");
}

TEST_CASE("a kernel with its initrd has a virtio disk, one without it NVMe") {
    PlanSample sample;
    CHECK(values_of(sample.plan().machine, "-initrd").empty());
    CHECK(has(
        values_of(sample.plan().machine, "-device"), "nvme,drive=root,serial=root,bootindex=1"));
    sample.descriptor.firmware = Firmware::linux;
    CHECK(only_value_of(sample, "-initrd") == "/build/initrd");
    CHECK(
        has(values_of(sample.plan().machine, "-device"), "virtio-blk-pci,drive=root,bootindex=1"));
}

TEST_CASE("no network and no user configuration get into the machine") {
    const PlanSample sample;
    CHECK(only_value_of(sample, "-nic") == "none");
    CHECK(has(sample.plan().machine, "-no-user-config"));
    CHECK(has(sample.plan().machine, "-nodefaults"));
}
