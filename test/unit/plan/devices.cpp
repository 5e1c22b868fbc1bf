// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/devices.hpp"

#include "base/fault.hpp"
#include "contains.hpp"
#include "plan/sample.hpp"
#include "plan/tpm.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

constexpr std::uint64_t mib = 1 << 20;

TestDescriptor with_disks(std::vector<Drive> drives, std::vector<std::string> devices) {
    PlanSample sample;
    sample.descriptor.drives = std::move(drives);
    sample.descriptor.devices = std::move(devices);
    sample.descriptor.locations = {{"drives", "a.yaml:3:1"}, {"devices", "a.yaml:4:1"}};
    return sample.descriptor;
}

std::string fault_of_devices(std::vector<Drive> drives, std::vector<std::string> devices) {
    const auto descriptor = with_disks(std::move(drives), std::move(devices));
    return fault_of([&] { check_devices(descriptor); });
}

} // namespace

TEST_CASE("drives are parts of one file, and several may be the same part") {
    const auto descriptor = with_disks(
        {{.id = "a", .bytes = 3 * mib / 2},
         {.id = "b", .bytes = mib},
         {.id = "b2", .same_as = "b"}},
        {});
    const auto files = drive_files(descriptor, "/run/x");
    REQUIRE(files.size() == 1);
    CHECK(files.front().bytes == 3 * mib);
    CHECK(files.front().access == PassedFile::Access::scratch);
    const auto drives = values_of(drive_arguments(descriptor), "-drive");
    REQUIRE(drives.size() == 3);
    CHECK(drives[0] == Contains("id=a,format=raw,offset=0,size=1572864,"));
    CHECK(drives[1] == Contains("id=b,format=raw,offset=2097152,size=1048576,"));
    CHECK(drives[2] == Contains("id=b2,format=raw,offset=2097152,size=1048576,"));
}

TEST_CASE("a drive that begins as a file leaves the file alone") {
    const auto descriptor = with_disks(
        {{.id = "key", .file = "/a,b.raw", .options = "werror=report"}},
        {"virtio-blk-pci,drive=key"});
    CHECK(drive_files(descriptor, "/run/x").empty());
    const auto arguments = drive_arguments(descriptor);
    CHECK(
        values_of(arguments, "-drive").front()
        == "if=none,id=key,format=raw,snapshot=on,file=/a,,b.raw,cache=unsafe,discard=unmap,"
           "werror=report");
    CHECK_FALSE(has(arguments, "-add-fd"));
}

TEST_CASE("devices keep their order") {
    const auto descriptor = with_disks({}, {"pci-bridge,id=z,chassis_nr=1", "nvme-subsys,id=a"});
    CHECK(
        values_of(device_arguments(descriptor), "-device")
        == std::vector<std::string>{"pci-bridge,id=z,chassis_nr=1", "nvme-subsys,id=a"});
}

TEST_CASE("good references between drives, devices and buses are accepted") {
    CHECK(fault_of_devices({}, {}).empty());
    CHECK(fault_of_devices(
              {{.id = "a", .bytes = mib}, {.id = "b", .bytes = mib}, {.id = "c", .bytes = mib}},
              {"virtio-scsi-pci,id=scsi0",
               "scsi-hd,drive=a,bus=scsi0.0,serial=a,,bus=nowhere",
               "scsi-hd,drive=b",
               "pcie-root-port,id=port,bus=pcie.0",
               "virtio-blk-pci,drive=c,bus=port"})
              .empty());
}

TEST_CASE("a reference to what is not there names it and its place") {
    const Drive a{.id = "a", .bytes = mib};
    CHECK(
        fault_of_devices({}, {"virtio-blk-pci,drive=a"})
        == Contains("a.yaml:4:1: There is no drive 'a', which 'virtio-blk-pci,drive=a' uses"));
    CHECK(fault_of_devices({a}, {}) == Contains("a.yaml:3:1: No device uses drive 'a'"));
    CHECK(
        fault_of_devices({a}, {"virtio-blk-pci,drive=a", "nvme,drive=a,serial=x"})
        == Contains("Drive 'a' is used twice"));
    CHECK(
        fault_of_devices({a}, {"scsi-hd,drive=a"}) == Contains("There is no SCSI controller for"));
    CHECK(
        fault_of_devices({a}, {"scsi-hd,drive=a,bus=scsi0.0", "virtio-scsi-pci,id=scsi0"})
        == Contains("There is no bus 'scsi0.0', which"));
    CHECK(
        fault_of_devices({}, {"pci-bridge,id=x", "pci-bridge,id=x"})
        == Contains("Device id 'x' is given twice"));
    CHECK(fault_of_devices({{.id = "root", .bytes = mib}}, {}) == Contains("of its own"));
    CHECK(fault_of_devices({}, {",drive=a"}) == Contains("names no device"));
}

TEST_CASE("a disk that is to be larger is made so before the guest sees it") {
    PlanSample sample;
    CHECK(sample.plan().qmp_commands.find("block_resize") == std::string::npos);
    sample.descriptor.disk_bytes = 11 * 1024 * mib;
    CHECK(
        sample.plan().qmp_commands
        == Contains(R"("block_resize","arguments":{"device":"root","size":11811160064})"));
}

TEST_CASE("a TPM is a helper that the machine is connected to") {
    PlanSample sample;
    sample.descriptor.tpm = true;
    CHECK(sample.fault() == Contains("'swtpm' was not found"));
    sample.host.swtpm = "/usr/bin/swtpm";
    const auto plan = sample.plan();
    REQUIRE(plan.helpers.size() == 1);
    CHECK(plan.helpers.front().socket == "/run/bootproof/1/tpm");
    CHECK(has(plan.machine, "socket,id=tpm,path=/run/bootproof/1/tpm"));
    CHECK(has(plan.machine, "tpm-tis,tpmdev=tpm"));
    sample.image.architecture = "arm64";
    CHECK(has(tpm_arguments(sample.input()), "tpm-tis-device,tpmdev=tpm"));
}
