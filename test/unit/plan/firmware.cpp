// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/firmware.hpp"

#include "base/fault.hpp"
#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

const std::string ovmf = R"({
"description": "x", "interface-types": ["uefi"],
"mapping": {"device": "flash",
            "executable": {"filename": "/fw/CODE.fd", "format": "raw"},
            "nvram-template": {"filename": "/fw/VARS.fd", "format": "raw"}},
"targets": [{"architecture": "x86_64", "machines": ["pc-i440fx-*", "pc-q35-*"]}],
"features": ["acpi-s3", "secure-boot", "requires-smm", "enrolled-keys"], "tags": []
})";

std::string changed(const std::string& from, const std::string& to) {
    auto json = ovmf;
    const auto at = json.find(from);
    REQUIRE(at != std::string::npos);
    return json.replace(at, from.size(), to);
}

FirmwareImage image(
    const std::string& code,
    bool secure_boot,
    bool enrolled_keys,
    const std::string& machine = "pc-q35-*") {
    return {
        .code = code,
        .machines = {machine},
        .architecture = machine.starts_with("virt") ? "aarch64" : "x86_64",
        .secure_boot = secure_boot,
        .enrolled_keys = enrolled_keys,
    };
}

} // namespace

TEST_CASE("a firmware descriptor of QEMU is read") {
    CHECK(
        parse_firmware(ovmf, "/fw.json")
        == FirmwareImage{
            .code = "/fw/CODE.fd",
            .variables_template = "/fw/VARS.fd",
            .format = "raw",
            .machines = {"pc-i440fx-*", "pc-q35-*"},
            .architecture = "x86_64",
            .secure_boot = true,
            .requires_smm = true,
            .enrolled_keys = true,
        });
    const auto plain = parse_firmware(
        changed("\"secure-boot\", \"requires-smm\", \"enrolled-keys\"", "\"x\""), "/fw.json");
    REQUIRE(plain);
    CHECK_FALSE(plain->secure_boot);
    CHECK_FALSE(plain->requires_smm);
    CHECK_FALSE(plain->enrolled_keys);
}

TEST_CASE("firmware that is no UEFI in flash with a template is passed over") {
    CHECK(parse_firmware(changed("[\"uefi\"]", "[\"bios\"]"), "/fw.json") == std::nullopt);
    CHECK(parse_firmware(changed("\"flash\"", "\"memory\""), "/fw.json") == std::nullopt);
    CHECK(parse_firmware(changed("nvram-template", "other"), "/fw.json") == std::nullopt);
}

TEST_CASE("what is no firmware descriptor is an error that names the file") {
    for (const auto& json :
         {std::string(""),
          std::string("[]"),
          std::string("{}"),
          std::string("{\"interface-types\": [\"uefi\"], \"mapping\": []}"),
          changed("\"/fw/CODE.fd\"", "7"),
          changed(
              "[{\"architecture\": \"x86_64\", \"machines\": [\"pc-i440fx-*\", \"pc-q35-*\"]}]",
              "[]"),
          ovmf.substr(0, 100)})
        CHECK(
            fault_of([&] { static_cast<void>(parse_firmware(json, "/fw.json")); })
            == Contains("/fw.json: Not a firmware descriptor: "));
}

TEST_CASE("without secure boot the first firmware without it is chosen") {
    const std::vector<FirmwareImage> images{
        image("sb", true, true), image("a", false, false), image("b", false, false)};
    CHECK(choose_firmware(images, "x86_64", FirmwareKeys::none)->code == "a");
}

TEST_CASE("where all firmware has secure boot, one without enrolled keys does without it") {
    CHECK(
        choose_firmware(
            {image("keys", true, true), image("none", true, false)}, "x86_64", FirmwareKeys::none)
            ->code
        == "none");
    CHECK(
        choose_firmware({image("keys", true, true)}, "x86_64", FirmwareKeys::none) == std::nullopt);
}

TEST_CASE("for secure boot only firmware with enrolled keys will do") {
    CHECK(
        choose_firmware(
            {image("none", true, false), image("keys", true, true)},
            "x86_64",
            FirmwareKeys::enrolled)
            ->code
        == "keys");
    CHECK(
        choose_firmware(
            {image("none", true, false), image("plain", false, false)},
            "x86_64",
            FirmwareKeys::enrolled)
        == std::nullopt);
}

TEST_CASE("own keys go into a firmware with secure boot that has none, or over those it has") {
    const auto plain = image("plain", false, false);
    const auto empty = image("empty", true, false);
    const auto keys = image("keys", true, true);
    CHECK(choose_firmware({plain, keys, empty}, "x86_64", FirmwareKeys::brought)->code == "empty");
    CHECK(choose_firmware({plain, keys}, "x86_64", FirmwareKeys::brought)->code == "keys");
    CHECK(choose_firmware({plain}, "x86_64", FirmwareKeys::brought) == std::nullopt);
}

TEST_CASE("firmware for another architecture or machine is never chosen") {
    const std::vector<FirmwareImage> images{
        image("old", false, false, "pc-i440fx-*"), image("arm", false, false, "virt-*")};
    CHECK(choose_firmware(images, "x86_64", FirmwareKeys::none) == std::nullopt);
    CHECK(choose_firmware(images, "aarch64", FirmwareKeys::none)->code == "arm");
    CHECK(choose_firmware({}, "x86_64", FirmwareKeys::none) == std::nullopt);
    auto other = image("other", false, false, "virt-*");
    other.architecture = "riscv64";
    CHECK(choose_firmware({other}, "aarch64", FirmwareKeys::none) == std::nullopt);
}

TEST_CASE("mkosi's 'auto' has secure boot where the image has the keys") {
    ImageManifest image;
    CHECK(firmware_of_mkosi(Firmware::automatic, image) == Firmware::automatic);
    image.firmware_variables = "image.vars.fd";
    CHECK(firmware_of_mkosi(Firmware::automatic, image) == Firmware::uefi_secure_boot);
    CHECK(firmware_of_mkosi(Firmware::uefi, image) == Firmware::uefi);
}
