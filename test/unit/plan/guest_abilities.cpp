// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/guest_abilities.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

GuestAbilities abilities_of(int version) {
    ImageManifest image;
    image.systemd_version = version;
    return guest_abilities(image);
}

} // namespace

TEST_CASE("an image is taken for no younger than it says") {
    CHECK(abilities_of(252) == GuestAbilities());
    CHECK(abilities_of(253) == GuestAbilities());
    CHECK(abilities_of(0) == GuestAbilities());
    CHECK(abilities_of(254) == GuestAbilities{.has_boot_loader_arguments = true});
    CHECK(
        abilities_of(255)
        == GuestAbilities{
            .tells_status = true, .spares_units = true, .has_boot_loader_arguments = true});
    CHECK(
        abilities_of(256)
        == GuestAbilities{
            .tells_status = true,
            .spares_units = true,
            .has_boot_loader_arguments = true,
            .reads_all_of_smbios = true,
            .takes_units = true,
            .takes_journal_settings = true,
            .has_crash_action = true});
}

TEST_CASE("a guest that takes no credentials is refused, one of an unknown version is not") {
    PlanSample sample;
    sample.image.systemd_version = 251;
    CHECK(sample.fault() == Contains("The image has systemd 251, but only 252 and later take"));
    sample.image.systemd_version = 252;
    CHECK(sample.fault().empty());
    sample.image.systemd_version = 0;
    CHECK(sample.fault().empty());
}

TEST_CASE("what only a newer guest can do is refused before anything boots") {
    PlanSample sample;
    sample.image.systemd_version = 252;
    sample.descriptor.exit_code = 124;
    CHECK(sample.fault() == Contains("systemd 252 of the image does not tell its exit status"));
    sample.descriptor.exit_code = 123;
    sample.descriptor.firmware = Firmware::uefi_secure_boot;
    CHECK(sample.fault() == Contains("The boot loader of systemd 252 takes no arguments"));
    sample.image.systemd_version = 255;
    sample.descriptor.firmware = Firmware::linux;
    sample.descriptor.exit_code = 124;
    CHECK(sample.fault().empty());
}

TEST_CASE("the firmware is handed the kernel where the boot loader could not be told anything") {
    PlanSample sample;
    sample.host.firmware = {
        {.code = "/code",
         .variables_template = "/variables",
         .machines = {"pc-q35-*"},
         .architecture = "x86_64"}};
    sample.descriptor.firmware = Firmware::uefi;
    CHECK_FALSE(has(sample.plan().machine, "-kernel"));
    sample.image.systemd_version = 252;
    const auto plan = sample.plan();
    CHECK(values_of(plan.machine, "-kernel") == std::vector<std::string>{"/build/kernel"});
    CHECK(values_of(plan.machine, "-initrd") == std::vector<std::string>{"/build/initrd"});
    CHECK(has(plan.kernel_command_line, "root=PARTUUID=1"));
    CHECK(values_of(plan.machine, "-drive").size() == 3);
    sample.image.kernel.clear();
    CHECK(sample.fault() == Contains("The image has no 'kernel'"));
}

TEST_CASE("an old guest is not forked") {
    PlanSample sample;
    sample.options.machines_directory = "/build/machines";
    sample.descriptor.boot = Boot::automatic;
    const auto choice = [&] {
        return choose_boot(
            sample.descriptor,
            sample.image,
            sample.options,
            sample.host,
            sample.machine,
            Backend::qemu);
    };
    CHECK(choice().kind == BootKind::forked);
    sample.image.systemd_version = 252;
    CHECK(choice().kind == BootKind::own);
    CHECK(choice().reason == "systemd 252 of the image is too old to fork a machine (256)");
}
