// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/vmspawn.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

struct VmspawnSample : PlanSample {
    VmspawnSample() {
        backend = {.backend = Backend::vmspawn, .reason = "the sample"};
        host.vmspawn = {
            .program = "/usr/bin/systemd-vmspawn",
            .version = 262,
            .architecture = "x86-64",
            .fault = {}};
        host.is_root = true;
        host.firmware = {
            {.code = "/usr/share/code.fd",
             .variables_template = "/usr/share/variables.fd",
             .machines = {"pc-q35-*"},
             .architecture = "x86_64"}};
    }

    /// "KEY: TEXT"; empty where it can.
    [[nodiscard]] std::string refusal() const {
        const auto refused = refuse_vmspawn({descriptor, image, options, host});
        return refused ? refused->key + ": " + refused->text : std::string();
    }

    [[nodiscard]] std::string extra() const {
        return plan().environment.at("SYSTEMD_VMSPAWN_QEMU_EXTRA");
    }
};

std::string refusal_of_version(VmspawnSample sample, int version) {
    sample.host.vmspawn.version = version;
    return sample.refusal();
}

} // namespace

TEST_CASE("systemd-vmspawn is refused where the host lacks what it needs") {
    VmspawnSample sample;
    CHECK(sample.refusal().empty());
    sample.host.vmspawn.fault = "there is no bus";
    CHECK(sample.refusal() == ": there is no bus");
    sample.host.vmspawn = {};
    CHECK(sample.refusal() == ": systemd-vmspawn was not looked for");
}

TEST_CASE("systemd-vmspawn is refused for a machine of another architecture") {
    VmspawnSample sample;
    sample.image.architecture = "arm64";
    CHECK(sample.refusal() == Contains("host's architecture (x86-64), and the image is for arm64"));
}

TEST_CASE("systemd-vmspawn is refused where another QEMU is asked for") {
    VmspawnSample sample;
    sample.options.qemu = "/opt/qemu";
    CHECK(sample.refusal() == Contains("not '/opt/qemu'"));
}

TEST_CASE("what a version of systemd-vmspawn cannot do is refused with the key") {
    VmspawnSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    CHECK(refusal_of_version(sample, 256) == Contains(": systemd-vmspawn 256 hands no arguments"));
    CHECK(refusal_of_version(sample, 257).empty());
    sample.descriptor.firmware_variables = "/build/variables.fd";
    CHECK(
        refusal_of_version(sample, 260)
        == "firmware-variables: systemd-vmspawn 260 has no variables of the firmware");
    CHECK(refusal_of_version(sample, 261).empty());
    sample.descriptor.disk_bytes = 1 << 30;
    CHECK(refusal_of_version(sample, 261) == Contains("disk-size: "));
    CHECK(refusal_of_version(sample, 262).empty());
    sample.descriptor = VmspawnSample().descriptor;
    CHECK(
        refusal_of_version(sample, 260)
        == "firmware: systemd-vmspawn 260 boots no machine without UEFI");
    CHECK(refusal_of_version(sample, 261).empty());
}

TEST_CASE("drives that are the same are not for systemd-vmspawn") {
    VmspawnSample sample;
    sample.descriptor.drives = {{.id = "one", .bytes = 1 << 20}, {.id = "two", .same_as = "one"}};
    CHECK(sample.refusal() == Contains("drives: "));
    CHECK(sample.refusal() == Contains("'two' cannot be the same as 'one'"));
}

TEST_CASE("a TPM of systemd-vmspawn takes swtpm, and keeps nothing") {
    VmspawnSample sample;
    CHECK(has(sample.plan().machine, "--tpm=no"));
    sample.descriptor.tpm = true;
    CHECK(sample.refusal() == Contains("tpm: 'swtpm' was not found"));
    sample.host.swtpm = "/usr/bin/swtpm";
    CHECK(sample.refusal().empty());
    CHECK(has(sample.plan().machine, "--tpm=yes"));
    CHECK(has(sample.plan().machine, "--tpm-state=off"));
    CHECK(sample.plan().helpers.empty());
}

TEST_CASE("systemd-vmspawn boots a kernel from NVMe where it needs no initrd") {
    VmspawnSample sample;
    const auto without = sample.plan().machine;
    CHECK(has(without, "--firmware=none"));
    CHECK(has(without, "--linux=/build/kernel"));
    CHECK(has(without, "--image-disk-type=nvme"));
    CHECK_FALSE(has(without, "--initrd=/build/initrd"));
    sample.image.boots_without_initrd = false;
    const auto with = sample.plan().machine;
    CHECK(has(with, "--initrd=/build/initrd"));
    CHECK_FALSE(has(with, "--image-disk-type=nvme"));
}

TEST_CASE("systemd-vmspawn gets the chosen firmware by a description of its own") {
    VmspawnSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    sample.descriptor.firmware_variables = "/build/variables.fd";
    const auto plan = sample.plan();
    CHECK(has(plan.machine, "--firmware=/run/bootproof/1/firmware.json"));
    CHECK(has(plan.machine, "--efi-nvram-state=off"));
    const auto& description = plan.files.back();
    CHECK(description.path == "/run/bootproof/1/firmware.json");
    CHECK(description.content == Contains("\"/usr/share/code.fd\""));
    CHECK(description.content == Contains("\"/build/variables.fd\""));
}

TEST_CASE("nothing that systemd-vmspawn runs writes to the image") {
    VmspawnSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    CHECK(has(sample.plan().machine, "--ephemeral"));
    CHECK_FALSE(sample.extra() == Contains("-snapshot\n"));
    sample.host.vmspawn.version = 259;
    CHECK_FALSE(has(sample.plan().machine, "--ephemeral"));
    CHECK(sample.extra() == Contains("-snapshot\n"));
}

TEST_CASE("the runner's channels reach QEMU through systemd-vmspawn's environment") {
    const auto plan = VmspawnSample().plan();
    CHECK(has(plan.machine, "--vsock=no"));
    const auto extra = VmspawnSample().extra();
    CHECK(extra == Contains("\n-chardev socket,id=serial,path=/run/bootproof/1/console"));
    CHECK(extra == Contains("\n-mon chardev=monitor,mode=control"));
    CHECK(extra == Contains("name=org.bootproof.notify"));
    CHECK(extra == Contains("\n-smbios type=11,path=/run/bootproof/1/credential-000"));
    CHECK(plan.environment.at("RUNTIME_DIRECTORY") == "/run/bootproof/1");
}

TEST_CASE("words for QEMU are quoted as systemd splits them") {
    VmspawnSample sample;
    sample.descriptor.qemu_args = {"-name", "a b", "c\\d", "e\"f'", "", "g\nh"};
    CHECK(sample.extra() == Contains(R"(-name "a b" c\\d e\"f\' "" "g\nh")"));
}

TEST_CASE("drives with a size are snapshots of nothing, and devices keep their order") {
    VmspawnSample sample;
    sample.descriptor.drives = {
        {.id = "one", .bytes = 1 << 20, .options = "werror=report"},
        {.id = "two", .file = "/build/two.raw"}};
    sample.descriptor.devices = {"virtio-blk-pci,drive=two", "virtio-blk-pci,drive=one"};
    CHECK(
        sample.extra()
        == Contains(
            "if=none,id=one,format=raw,file.driver=null-co,file.size=1048576,file.read-zeroes=on,"
            "snapshot=on,"
            "cache=unsafe,discard=unmap,werror=report\n"
            "-drive if=none,id=two,format=raw,snapshot=on,file=/build/two.raw"));
    CHECK(
        sample.extra()
        == Contains("\n-device virtio-blk-pci,drive=two\n-device virtio-blk-pci,drive=one\n"));
}

TEST_CASE("a larger disk is the snapshot's") {
    VmspawnSample sample;
    sample.descriptor.disk_bytes = 4096;
    CHECK(has(sample.plan().machine, "--grow-image=4096"));
}

TEST_CASE("systemd-vmspawn has no console that nobody looks at, or it is not looked at") {
    VmspawnSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    CHECK(has(sample.plan().machine, "--console=headless"));
    sample.host.vmspawn.version = 260;
    CHECK(has(sample.plan().machine, "--console=read-only"));
    CHECK(sample.plan().discards_output);
    sample.options.console = Console::interactive;
    CHECK(has(sample.plan().machine, "--console=interactive"));
    CHECK_FALSE(sample.plan().discards_output);
}

TEST_CASE("systemd-vmspawn runs as it is where the host has a unit and a bus") {
    const auto plan = VmspawnSample().plan();
    CHECK(plan.machine.front() == "/usr/bin/systemd-vmspawn");
    CHECK(plan.cgroup.empty());
    CHECK(has(plan.machine, "--keep-unit"));
    VmspawnSample somebody;
    somebody.host.is_root = false;
    CHECK_FALSE(has(somebody.plan().machine, "--keep-unit"));
}

TEST_CASE("where the host has neither unit nor bus, systemd-vmspawn gets a group and a bus") {
    VmspawnSample sample;
    sample.host.vmspawn.is_in_unit = false;
    sample.host.vmspawn.unified_cgroups = false;
    sample.host.vmspawn.dbus_daemon = "/usr/bin/dbus-daemon";
    const auto plan = sample.plan();
    CHECK(plan.cgroup == "bootproof-1.service");
    CHECK(plan.machine.front() == "unshare");
    const auto script = std::ranges::find_if(
        plan.machine, [](const auto& word) { return word.find('\n') != std::string::npos; });
    REQUIRE(script != plan.machine.end());
    CHECK(*script == Contains("mount -t cgroup2 bootproof /sys/fs/cgroup\n"));
    CHECK(*script == Contains("export DBUS_SYSTEM_BUS_ADDRESS\n"));
    sample.host.vmspawn.is_in_unit = true;
    CHECK(sample.plan().machine.front() == "sh");
}

TEST_CASE("a machine of systemd-vmspawn has a name that is unique, and short for sockets") {
    VmspawnSample sample;
    sample.resources.directory = "/run/user/1000/bootproof/TEST-01-BASIC.Ab12Cd";
    CHECK(has(sample.plan().machine, "--machine=bootproof-Ab12Cd"));
}
