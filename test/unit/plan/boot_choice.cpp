// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/boot_choice.hpp"

#include "base/fault.hpp"
#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace bootproof;

namespace {

/// A test that can be forked, where it can be.
PlanSample forkable() {
    PlanSample sample;
    sample.descriptor.boot = Boot::automatic;
    sample.options.machines_directory = "/build/machines";
    return sample;
}

BootChoice choice(const PlanSample& sample) {
    return choose_boot(
        sample.descriptor,
        sample.image,
        sample.options,
        sample.host,
        sample.machine,
        sample.backend.backend);
}

struct Reason {
    std::function<void(PlanSample&)> change;
    std::string text;
};

std::vector<Reason> reasons() {
    return {
        {[](auto& sample) { sample.descriptor.firmware = Firmware::uefi_secure_boot; },
         "'firmware'"},
        {[](auto& sample) { sample.descriptor.storage = Storage::persistent; }, "'storage'"},
        {[](auto& sample) { sample.descriptor.reboots = 1; }, "'reboots'"},
        {[](auto& sample) { sample.descriptor.rtc = true; }, "'rtc'"},
        {[](auto& sample) { sample.descriptor.exit_code = 1; }, "'exit-code'"},
        {[](auto& sample) { sample.descriptor.cmdline = {"a"}; }, "'cmdline'"},
        {[](auto& sample) { sample.descriptor.qemu_args = {"-s"}; }, "'qemu-args'"},
        {[](auto& sample) {
             sample.descriptor.credentials = {{"tmpfiles.extra", ""}};
         },
         "credential 'tmpfiles.extra'"},
        {[](auto& sample) {
             sample.descriptor.credentials = {{"systemd.unit-dropin.a.service", ""}};
         },
         "credential 'systemd.unit-dropin.a.service'"},
        {[](auto& sample) { sample.options.console = Console::interactive; }, "a person"},
        {[](auto& sample) { sample.host.qemu_major = 7; }, "too old"},
        {[](auto& sample) { sample.host.qemu_img.clear(); }, "qemu-img"},
        {[](auto& sample) { sample.image.architecture = "arm64"; }, "generation id"},
        {[](auto& sample) { sample.host.saving_fault = "no room"; }, "no room"},
        {[](auto& sample) {
             sample.descriptor.fw_cfg_credentials = {{"a", ""}};
         },
         "'fw-cfg-credentials'"},
        {[](auto& sample) { sample.descriptor.configure = {"a"}; }, "'configure'"},
        {[](auto& sample) { sample.descriptor.firmware_variables = "/a"; }, "'firmware-variables'"},
        {[](auto& sample) {
             sample.descriptor.credentials = {{"vconsole.keymap", "de"}};
         },
         "credential 'vconsole.keymap'"},
        {[](auto& sample) { sample.options.machines_directory.clear(); }, "no build directory"},
        {[](auto& sample) { sample.descriptor.root = Root::directory; }, "'root'"},
        {[](auto& sample) { sample.image.initrd.clear(); }, "NVMe"},
    };
}

} // namespace

TEST_CASE("a test boots by itself unless it is said to be forked") {
    auto sample = forkable();
    CHECK(choice(sample).kind == BootKind::forked);
    sample.descriptor.boot = Boot::own;
    CHECK(choice(sample).kind == BootKind::own);
    CHECK(choice(sample).reason == Contains("'boot: own'"));
    CHECK(TestDescriptor().boot == Boot::own);
}

TEST_CASE("options go over the declaration, both ways") {
    auto sample = forkable();
    sample.options.boot = Boot::own;
    CHECK(choice(sample).kind == BootKind::own);
    sample.descriptor.boot = Boot::own;
    sample.options.boot = Boot::fork;
    CHECK(choice(sample).kind == BootKind::forked);
}

TEST_CASE("whatever only a boot can give is a reason, and an error where a fork was asked for") {
    for (const auto& reason : reasons()) {
        auto sample = forkable();
        reason.change(sample);
        CAPTURE(reason.text);
        CHECK(choice(sample).kind == BootKind::own);
        CHECK(choice(sample).reason == Contains(reason.text));
        sample.descriptor.boot = Boot::fork;
        CHECK(fault_of([&] { static_cast<void>(choice(sample)); }) == Contains(reason.text));
    }
}

TEST_CASE("a credential that nobody reads at boot does not matter") {
    auto sample = forkable();
    sample.descriptor.credentials = {{"mine", "x"}};
    CHECK(choice(sample).kind == BootKind::forked);
}

TEST_CASE("a container is never forked, and that is no error") {
    auto sample = forkable();
    sample.machine.kind = MachineKind::container;
    sample.descriptor.boot = Boot::fork;
    CHECK(choice(sample).kind == BootKind::own);
}

TEST_CASE("QEMU 8.2 is the first that will do") {
    auto sample = forkable();
    sample.host.qemu_major = 8;
    sample.host.qemu_minor = 1;
    CHECK(choice(sample).kind == BootKind::own);
    sample.host.qemu_minor = 2;
    CHECK(choice(sample).kind == BootKind::forked);
}
