// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/root_file_system.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

/// A file system without partitions, as mkfs.ext4 -d makes it.
PlanSample file_system_sample() {
    PlanSample sample;
    sample.image.has_partitions = false;
    sample.image.boots_through_firmware = false;
    sample.image.root.clear();
    return sample;
}

/// The tree of an image without a disk, on a host that can share it.
PlanSample directory_sample() {
    PlanSample sample;
    sample.image.disk.clear();
    sample.image.boots_through_firmware = false;
    sample.image.tree = "/build/tree";
    sample.host.virtiofsd = "/usr/libexec/virtiofsd";
    sample.host.is_root = true;
    return sample;
}

} // namespace

TEST_CASE("a disk is passed in the format that it has, and is not written to") {
    PlanSample sample;
    sample.image.disk = "/build/disk.qcow2";
    sample.image.disk_format = "qcow2";
    CHECK(
        values_of(sample.plan().machine, "-drive").front()
        == Contains("format=qcow2,file=/build/disk.qcow2,snapshot=on"));
}

TEST_CASE("a disk without partitions is the root file system, by the name that its bus gives it") {
    auto sample = file_system_sample();
    CHECK(sample.plan().firmware == Firmware::linux_noinitrd);
    CHECK(has(sample.plan().kernel_command_line, "root=/dev/nvme0n1"));
    sample.descriptor.firmware = Firmware::linux;
    CHECK(has(sample.plan().kernel_command_line, "root=/dev/vda"));
}

TEST_CASE("an NVMe disk of the test's cannot take the name of one without partitions") {
    auto sample = file_system_sample();
    sample.descriptor.drives = {{.id = "more", .bytes = 1048576}};
    sample.descriptor.devices = {"nvme,drive=more,serial=more"};
    CHECK(has(sample.plan().kernel_command_line, "root=/dev/vda"));
}

TEST_CASE("what a direct boot needs and the image has not is named, with the remedy") {
    PlanSample sample;
    sample.image.kernel.clear();
    CHECK(
        sample.fault()
        == "/build/image.json: The image has no 'kernel', which a direct boot starts (Name the "
           "file in the manifest, or declare 'firmware: uefi')");
    sample = PlanSample();
    sample.image.root.clear();
    CHECK(sample.fault() == Contains("does not say which partition is its 'root'"));
    sample = PlanSample();
    sample.image.initrd.clear();
    CHECK(sample.fault().empty());
    sample.descriptor.firmware = Firmware::linux;
    CHECK(sample.plan().firmware == Firmware::linux_noinitrd);
    sample.image.boots_without_initrd = false;
    CHECK(sample.fault() == Contains("The image has no 'initrd'"));
}

TEST_CASE("an image without a kernel boots through firmware") {
    PlanSample sample;
    sample.image.kernel.clear();
    sample.image.initrd.clear();
    sample.image.root.clear();
    sample.descriptor.firmware = Firmware::automatic;
    CHECK(sample.fault() == Contains("No UEFI firmware"));
    sample.host.firmware = {
        {.code = "/c",
         .variables_template = "/v",
         .machines = {"pc-q35-*"},
         .architecture = "x86_64"}};
    CHECK(sample.plan().firmware == Firmware::uefi);
}

TEST_CASE("automatic firmware is a direct boot where image or host have no other") {
    PlanSample sample;
    sample.descriptor.firmware = Firmware::automatic;
    CHECK(sample.plan().firmware == Firmware::linux_noinitrd);
    sample.host.firmware = {
        {.code = "/c",
         .variables_template = "/v",
         .machines = {"pc-q35-*"},
         .architecture = "x86_64"}};
    CHECK(sample.plan().firmware == Firmware::uefi);
    sample.image.boots_through_firmware = false;
    sample.image.boots_without_initrd = false;
    CHECK(sample.plan().firmware == Firmware::linux);
}

TEST_CASE("firmware that the image cannot be booted by is an error at its key") {
    PlanSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    sample.image.boots_through_firmware = false;
    CHECK(sample.fault() == Contains("a.yaml:8:3: The image's boot loader would not take"));
    sample = file_system_sample();
    sample.descriptor.firmware = Firmware::uefi_secure_boot;
    CHECK(sample.fault() == Contains("a disk with partitions, and the image's has none"));
    sample = directory_sample();
    sample.descriptor.firmware = Firmware::uefi;
    CHECK(sample.fault() == Contains("and the root file system is a directory"));
}

TEST_CASE("the disk is the root file system where there is one and nothing else is asked for") {
    PlanSample sample;
    sample.image.tree = "/build/tree";
    CHECK(!has_root_directory(sample.descriptor, sample.image));
    sample.descriptor.root = Root::directory;
    CHECK(has_root_directory(sample.descriptor, sample.image));
    sample.image.disk.clear();
    sample.descriptor.root = Root::disk;
    CHECK(sample.fault() == Contains("The image has no disk"));
}

TEST_CASE("a root directory is shared by a helper, which throws writes away") {
    auto sample = directory_sample();
    sample.image.boots_tree_without_initrd = true;
    const auto plan = sample.plan();
    CHECK(plan.firmware == Firmware::linux_noinitrd);
    CHECK(has(plan.kernel_command_line, "root=root"));
    CHECK(has(plan.kernel_command_line, "rootfstype=virtiofs"));
    REQUIRE(plan.helpers.size() == 1);
    const auto& helper = plan.helpers.front();
    CHECK(has(helper.command, "/build/tree"));
    CHECK(has(helper.command, "/usr/libexec/virtiofsd"));
    CHECK(helper.on_descriptor == "--fd=3");
    CHECK(values_of(plan.machine, "-machine").front() == Contains(",memory-backend=ram"));
    CHECK(values_of(plan.machine, "-drive").empty());
    sample.image.boots_tree_without_initrd = false;
    CHECK(sample.plan().firmware == Firmware::linux);
}

TEST_CASE("a root directory takes a tree, virtiofsd and root") {
    auto sample = directory_sample();
    sample.host.is_root = false;
    CHECK(sample.fault() == Contains("It takes root"));
    sample.host.virtiofsd.clear();
    CHECK(sample.fault() == Contains("'virtiofsd' was not found"));
    sample.image.disk = "/build/disk.raw";
    sample.image.tree.clear();
    sample.descriptor.root = Root::directory;
    CHECK(sample.fault() == Contains("The image has no tree"));
    sample = directory_sample();
    sample.descriptor.disk_bytes = 1048576;
    CHECK(sample.fault() == Contains("The machine has no disk that could be larger"));
}
