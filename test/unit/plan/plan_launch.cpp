// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan_launch.hpp"

#include "contains.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

FirmwareImage firmware(bool secure_boot) {
    return {
        .code = "/fw/code",
        .variables_template = "/fw/vars",
        .machines = {"pc-q35-*"},
        .architecture = "x86_64",
        .secure_boot = secure_boot,
        .requires_smm = secure_boot,
        .enrolled_keys = secure_boot,
    };
}

} // namespace

TEST_CASE("the same input gives the same plan") {
    const PlanSample sample;
    CHECK(sample.plan() == sample.plan());
}

TEST_CASE("deadlines are four times as long under TCG, and what the person says wins") {
    PlanSample sample;
    CHECK(sample.plan().deadline == 240s);
    CHECK(sample.plan().shutdown_deadline == 40s);
    sample.host.kvm_proven = true;
    CHECK(sample.plan().deadline == 60s);
    CHECK(sample.plan().shutdown_deadline == 10s);
    sample.options.timeout_factor = 0.5;
    CHECK(sample.plan().deadline == 30s);
    sample.options.console = Console::interactive;
    CHECK(sample.plan().deadline == std::nullopt);
}

TEST_CASE("KVM is used where it is proven, unless TCG is asked for") {
    PlanSample sample;
    CHECK(sample.plan().accelerator == "tcg");
    sample.host.kvm_proven = true;
    CHECK(sample.plan().accelerator == "kvm");
    sample.options.accelerator = AcceleratorChoice::tcg;
    CHECK(sample.plan().accelerator == "tcg");
    sample.options.accelerator = AcceleratorChoice::kvm;
    CHECK(sample.plan().accelerator == "kvm");
}

TEST_CASE("KVM that was asked for and does not work is an error with the reason") {
    PlanSample sample;
    sample.options.accelerator = AcceleratorChoice::kvm;
    CHECK(
        sample.fault()
        == "KVM was asked for, but does not work here: there is no /dev/kvm (Leave out --accel=kvm "
           "to run under TCG; bootproof doctor says what else this host lacks)");
    sample.host.kvm_fault = "no test boot";
    CHECK(sample.fault() == Contains("does not work here: no test boot"));
}

TEST_CASE("an image that needs its initrd gets it") {
    PlanSample sample;
    CHECK(sample.plan().firmware == Firmware::linux_noinitrd);
    sample.image.boots_without_initrd = false;
    CHECK(sample.plan().firmware == Firmware::linux);
}

TEST_CASE("automatic firmware is UEFI") {
    PlanSample sample;
    sample.descriptor.firmware = Firmware::automatic;
    sample.host.firmware = {firmware(false)};
    CHECK(sample.plan().firmware == Firmware::uefi);
}

TEST_CASE("missing firmware is an error at the key that asks for it") {
    PlanSample sample;
    sample.descriptor.firmware = Firmware::uefi;
    CHECK(
        sample.fault()
        == Contains("a.yaml:8:3: No UEFI firmware for x86_64 was found in QEMU's firmware "
                    "descriptors (Install OVMF"));
    sample.descriptor.firmware = Firmware::uefi_secure_boot;
    sample.host.firmware = {firmware(false)};
    CHECK(
        sample.fault()
        == Contains("a.yaml:8:3: No UEFI firmware with secure boot and enrolled keys for x86_64"));
    sample.host.firmware = {firmware(true)};
    CHECK(sample.fault().empty());
    sample.use_arm();
    CHECK(sample.fault() == Contains("for aarch64"));
}

TEST_CASE("a kernel command line is as long as the kernel reads, and not a character longer") {
    PlanSample sample;
    // As the kernel sees it in any way of booting: the image's own line, a blank and ours.
    const auto size = [&] {
        return join_kernel_arguments(sample.plan().kernel_command_line).size() + 1
               + sample.image.kernel_command_line.size();
    };
    const auto room = kernel_command_line_limit - 1 - size() - 1;
    sample.descriptor.cmdline = {std::string(room, 'x')};
    CHECK(sample.fault().empty());
    CHECK(size() == kernel_command_line_limit - 1);
    sample.descriptor.cmdline = {std::string(room + 1, 'x')};
    CHECK(
        sample.fault()
        == "a.yaml:7:3: The kernel command line would have 2048 characters, but the kernel reads "
           "only 2047 "
           "(Shorten 'cmdline', or pass the values as credentials)");
}

TEST_CASE("a direct boot repeats the image's own command line and finds the root file system") {
    PlanSample sample;
    sample.image.kernel_command_line = " rw  quiet ";
    const auto words = sample.plan().kernel_command_line;
    REQUIRE(words.size() > 4);
    CHECK(
        std::vector(words.begin(), words.begin() + 4)
        == std::vector<std::string>{"rw", "quiet", "root=PARTUUID=1", "console=ttyS0"});
    sample.descriptor.firmware = Firmware::uefi;
    sample.host.firmware = {firmware(false)};
    CHECK(sample.plan().kernel_command_line.front() == "console=ttyS0");
}

TEST_CASE("a credential that the runner sends by itself is refused") {
    PlanSample sample;
    const auto fault = [&](const std::string& name) {
        sample.descriptor.credentials = {{.name = name, .value = "x"}};
        return sample.fault();
    };
    CHECK(
        fault("journal.storage")
        == "a.yaml:9:3: Credential 'journal.storage' is sent by the runner itself (Use the key "
           "'storage')");
    CHECK(
        fault("vmm.notify_socket")
        == Contains("a.yaml:9:3: Credential 'vmm.notify_socket' is sent by the runner"));
    CHECK(
        fault("systemd.unit-dropin.TEST-01-BASIC.service")
        == Contains("(Add to the unit by a credential NAME~PART)"));
    CHECK(fault("systemd.unit-dropin.TEST-01-BASIC.service~30-mine").empty());
    CHECK(fault("journal.forward_to_socket").empty());
    sample.use_vsock();
    CHECK(fault("journal.forward_to_socket") == Contains("is sent by the runner itself"));
}

TEST_CASE("all credentials together may have a MiB, the runner's own among them") {
    PlanSample sample;
    std::size_t own = 0;
    for (const auto& credential : sample.plan().credentials)
        own += credential.value.size();
    sample.descriptor.credentials = {
        {.name = "a", .value = std::string(1000, 'x')},
        {.name = "b", .value = std::string(credential_size_limit - own - 1000, 'x')}};
    CHECK(sample.fault().empty());
    sample.descriptor.credentials.front().value += 'x';
    CHECK(
        sample.fault()
        == "a.yaml:9:3: All credentials together have 1048577 bytes, but systemd takes at most "
           "1048576");
}

TEST_CASE("a table of SMBIOS strings has at most 255 of them") {
    PlanSample sample;
    const auto own = sample.plan().credentials.size();
    for (std::size_t i = own; i < 255; ++i)
        sample.descriptor.credentials.push_back({.name = "a" + std::to_string(i), .value = "x"});
    CHECK(sample.fault().empty());
    sample.descriptor.credentials.push_back({.name = "b", .value = "x"});
    CHECK(sample.fault() == Contains("a.yaml:9:3: "));
    sample.descriptor.credentials.pop_back();
    // Two more strings carry the kernel command line.
    sample.descriptor.firmware = Firmware::uefi;
    sample.host.firmware = {firmware(false)};
    CHECK(sample.fault() == Contains("a.yaml:9:3: "));
    sample.descriptor.credentials.resize(sample.descriptor.credentials.size() - 2);
    CHECK(sample.fault().empty());
}

TEST_CASE("the journal stays on the disk where the test or a person wants it") {
    PlanSample sample;
    CHECK(value_of(sample.plan().credentials, "journal.storage") == "volatile");
    sample.descriptor.storage = Storage::persistent;
    CHECK(value_of(sample.plan().credentials, "journal.storage") == "persistent");
    sample.descriptor.storage = Storage::volatile_;
    sample.options.console = Console::shell;
    CHECK(value_of(sample.plan().credentials, "journal.storage") == "persistent");
}

TEST_CASE("only a person is logged in at the console") {
    PlanSample sample;
    CHECK_FALSE(has(sample.plan().credentials, "tty.serial.ttyS0.agetty.autologin"));
    CHECK(sample.plan().console_socket == "/run/bootproof/1/console");
    sample.options.console = Console::interactive;
    CHECK(value_of(sample.plan().credentials, "tty.serial.ttyS0.agetty.autologin") == "root");
    CHECK(sample.plan().console_socket.empty());
}

TEST_CASE("vsock carries messages and journal, of an old guest only the messages") {
    PlanSample sample;
    sample.use_vsock();
    auto plan = sample.plan();
    CHECK(value_of(plan.credentials, "vmm.notify_socket") == "vsock-stream:2:1001");
    CHECK(value_of(plan.credentials, "journal.forward_to_socket") == "vsock-stream:2:1002");
    CHECK(plan.notify_socket.empty());
    CHECK(plan.journal_socket.empty());
    sample.image.systemd_version = 255;
    plan = sample.plan();
    CHECK_FALSE(has(plan.credentials, "journal.forward_to_socket"));
    CHECK(plan.notify_socket.empty());
    CHECK(plan.journal_socket == "/run/bootproof/1/journal");
}

TEST_CASE("the runner and its user see each kind of firmware by its YAML spelling") {
    CHECK(to_string(Firmware::automatic) == "auto");
    CHECK(to_string(Firmware::uefi) == "uefi");
    CHECK(to_string(Firmware::uefi_secure_boot) == "uefi-secure-boot");
    CHECK(to_string(Firmware::linux) == "linux");
    CHECK(to_string(Firmware::linux_noinitrd) == "linux-noinitrd");
}
