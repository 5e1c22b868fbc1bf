// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/boot_class.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

PlanSample forked() {
    PlanSample sample;
    sample.use_fork();
    return sample;
}

} // namespace

TEST_CASE("what is a test's or a run's own makes no other class") {
    const auto before = boot_class(forked().input());
    auto sample = forked();
    sample.descriptor.name = "TEST-02";
    sample.descriptor.unit = "other.service";
    sample.descriptor.credentials = {{"mine", "x"}};
    sample.descriptor.configuration.command = "true";
    sample.descriptor.configuration.environment = {{"A", "b"}};
    sample.descriptor.timeout = std::chrono::seconds(7);
    sample.descriptor.shutdown = Shutdown::full;
    sample.resources.directory = "/run/bootproof/2";
    sample.resources.journal = "/elsewhere/b.journal";
    sample.resources.saved_machine = "/build/machines/b/machine.654321";
    CHECK(boot_class(sample.input()) == before);
}

TEST_CASE("what the machine is made of makes another class") {
    const auto before = boot_class(forked().input());
    const auto differs = [&](auto change) {
        auto sample = forked();
        change(sample);
        const auto after = boot_class(sample.input());
        return after.name != before.name && after.machine != before.machine;
    };
    CHECK(differs([](auto& sample) { sample.descriptor.memory_mib = 1024; }));
    CHECK(differs([](auto& sample) { sample.descriptor.cpus = 4; }));
    CHECK(differs([](auto& sample) { sample.descriptor.boot_wants = {"a.service"}; }));
    CHECK(differs([](auto& sample) { sample.descriptor.image = "/build/other.json"; }));
    CHECK(differs([](auto& sample) { sample.image.kernel = "/build/other"; }));
    CHECK(differs([](auto& sample) { sample.image.kernel_command_line = "ro"; }));
    CHECK(differs([](auto& sample) { sample.host.kvm_proven = true; }));
    CHECK(differs([](auto& sample) { sample.host.vsock = true; }));
    CHECK(differs([](auto& sample) { sample.host.qemu = "/opt/qemu-system-x86_64"; }));
    CHECK(differs([](auto& sample) { sample.host.is_root = true; }));
}

TEST_CASE("another image, QEMU, host, firmware or day is another origin of the same class") {
    const auto before = boot_class(forked().input());
    const auto check = [&](auto change, const std::string& key) {
        auto sample = forked();
        change(sample);
        const auto after = boot_class(sample.input());
        CHECK(after.name == before.name);
        CHECK(after.origin.at(key) != before.origin.at(key));
    };
    check([](auto& sample) { sample.image.digest = "1"; }, "image");
    check([](auto& sample) { sample.host.qemu_version = "11.0.0"; }, "QEMU");
    check([](auto& sample) { sample.host.qemu_identity = "3 4"; }, "QEMU");
    check([](auto& sample) { sample.host.identity = "other"; }, "host");
    check([](auto& sample) { sample.host.firmware = {{.identity = "5 6"}}; }, "firmware");
    check([](auto& sample) { sample.resources.now += std::chrono::hours(24); }, "date");
}

TEST_CASE("a class's name says what it is, and that an initrd takes the place of none") {
    CHECK(boot_class(forked().input()).name == Contains("linux-2048M-2cpu-tcg-"));
}
