// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/wrapper_arguments.hpp"

#include "base/fault.hpp"
#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

TestDescriptor translate(const WrapperArguments& arguments) {
    return translate_wrapper(
        arguments, [](const auto& path) { return "content of " + path.string(); });
}

WrapperArguments with_mkosi(std::vector<std::string> options) {
    return {.name = "TEST-01-BASIC", .unit = "TEST-01-BASIC.service", .mkosi = std::move(options)};
}

std::string fault_of_mkosi(std::vector<std::string> options) {
    return fault_of([&] { static_cast<void>(translate(with_mkosi(std::move(options)))); });
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("the wrapper's own options arrive") {
    const auto test = translate(
        {.name = "A",
         .unit = "B.service",
         .storage = "persistent",
         .firmware = "linux-noinitrd",
         .exit_code = 124,
         .slow = true,
         .vm = true,
         .skip = true,
         .rtc = true,
         .tpm = true,
         .suppress_sync = true,
         .coredump_exclude_regex = "/(bash|\"sleep\\.)$"});
    TestDescriptor expected{
        .name = "A",
        .unit = "B.service",
        .enabled = false,
        .slow = true,
        .vm = true,
        .suppress_sync = true,
        .firmware = Firmware::linux_noinitrd,
        .storage = Storage::persistent,
        .rtc = true,
        .exit_code = 124,
        .any_reboots = true,
        .tpm = true,
        .coredump_exclude_regex = "/(bash|\"sleep\\.)$",
    };
    expected.locations = test.locations;
    expected.host_name = "H";
    CHECK(test == expected);
}

TEST_CASE("mkosi's options become keys") {
    const auto test = translate(with_mkosi(
        {"--kernel-command-line-extra=a=b \"c=d e\"",
         "--credential",
         "x=\"1 2\" y=",
         "--credential=/tests/systemd.unit-dropin.a@.service~b",
         "--runtime-size=11G",
         "--ram=4G",
         "--cpus=3",
         "--tpm=yes",
         "--firmware=uefi",
         "--register=no"}));
    CHECK(test.cmdline == Words{"a=b", "c=d e"});
    CHECK(test.host_name == "H");
    CHECK(
        test.credentials
        == std::vector<Credential>{
            {"x", "1 2"},
            {"y", ""},
            {"systemd.unit-dropin.a@.service~b",
             "content of /tests/systemd.unit-dropin.a@.service~b"}});
    CHECK(test.disk_bytes == std::uint64_t{11} << 30);
    CHECK(test.memory_mib == 4096);
    CHECK(test.cpus == 3);
    CHECK(test.tpm);
    CHECK(test.firmware == Firmware::uefi);
}

TEST_CASE("mkosi's drives and QEMU's devices become drives and devices") {
    const auto test = translate(with_mkosi(
        {"--drive=a:16M:::0",
         "--drive=b:16M::werror=stop:0",
         "--drive=c:1M",
         "--qemu-args=-device scsi-hd,drive=a -device 'nvme,drive=b,serial=  x  ' -m 1G"}));
    CHECK(
        test.drives
        == std::vector<Drive>{
            {.id = "a", .bytes = 16 << 20},
            {.id = "b", .same_as = "a", .options = "werror=stop"},
            {.id = "c", .bytes = 1 << 20}});
    CHECK(test.devices == Words{"virtio-scsi-pci", "scsi-hd,drive=a", "nvme,drive=b,serial=  x  "});
    CHECK(test.qemu_args == Words{"-m", "1G"});
}

TEST_CASE("a device of a drive that QEMU's own arguments make stays with them") {
    const auto test =
        translate(with_mkosi({"--qemu-args=-drive id=k,if=none -device scsi-hd,drive=k"}));
    CHECK(test.devices == Words{"virtio-scsi-pci"});
    CHECK(test.qemu_args == Words{"-drive", "id=k,if=none", "-device", "scsi-hd,drive=k"});
}

TEST_CASE("the line of the environment comes last and wins") {
    auto arguments = with_mkosi({"--ram=4G"});
    arguments.more_mkosi = "--ram=8G '--kernel-command-line-extra=a b'";
    const auto test = translate(arguments);
    CHECK(test.memory_mib == 8192);
    CHECK(test.cmdline == Words{"a", "b"});
}

TEST_CASE("an option without a translation is an error that names it") {
    CHECK(
        fault_of_mkosi({"--profile=usr-only"})
        == Contains("'--profile=usr-only' has no translation"));
    CHECK(fault_of_mkosi({"--register=yes"}) == Contains("'--register=yes' has no translation"));
    CHECK(fault_of_mkosi({"--ram"}) == Contains("'--ram' has no value"));
    CHECK(fault_of_mkosi({"vm"}) == Contains("'vm' is no option of mkosi"));
    CHECK(fault_of_mkosi({"--drive=a"}) == Contains("is not ID:SIZE"));
    CHECK(fault_of_mkosi({"--drive=a:1M::::x"}) == Contains("flags of"));
    CHECK(fault_of_mkosi({"--ram=lots"}) == Contains("not an amount of memory"));
}

TEST_CASE("what systemd's declarations do not say is left open") {
    const auto test = translate(with_mkosi({}));
    CHECK(test.any_reboots);
    CHECK(!test.confidential);
}

TEST_CASE("a test of confidential guests is one") {
    auto arguments = with_mkosi({});
    arguments.confidential = "any";
    CHECK(translate(arguments).confidential);
}
