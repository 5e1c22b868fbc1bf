// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/sample.hpp"

#include "base/fault.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace bootproof {

PlanSample::PlanSample()
    : descriptor{
          .name = "TEST-01-BASIC",
          .unit = "TEST-01-BASIC.service",
          .image = "/build/image.json",
          .firmware = Firmware::linux_noinitrd,
          .timeout = std::chrono::seconds(60),
          .locations = {{"cmdline", "a.yaml:7:3"}, {"firmware", "a.yaml:8:3"}, {"credentials", "a.yaml:9:3"}},
      }
    , image{
          .architecture = "x86-64",
          .disk = "/build/disk.raw",
          .kernel = "/build/kernel",
          .initrd = "/build/initrd",
          .root = "PARTUUID=1",
          .kernel_command_line = "rw",
          .boots_without_initrd = true,
          .systemd_version = 257,
          .units = {"TEST-01-BASIC.service"},
      }
    , host{
          .qemu = "/usr/bin/qemu-system-x86_64",
          .qemu_version = "10.0.2",
          .qemu_major = 10,
          .qemu_identity = "1 2",
          .qemu_img = "/usr/bin/qemu-img",
          .identity = "host",
          .journal_remote = "/usr/lib/systemd/systemd-journal-remote",
      }
    , resources{
          .directory = "/run/bootproof/1",
          .overlay_directory = "/var/tmp",
          .evidence = "/build/a.run",
          .journal = "/build/a.journal",
      } {}

std::string PlanSample::fault() const {
    return fault_of([&] { static_cast<void>(plan()); });
}

void PlanSample::use_vsock() {
    host.vsock = true;
    resources.vsock =
        VsockResources{.guest_cid = 42, .notify_port = 1001, .journal_port = 1002, .vhost_fd = 3};
}

void PlanSample::use_fork() {
    boot.kind = BootKind::forked;
    resources.saved_machine = "/build/machines/a/machine.123456";
}

void PlanSample::use_arm() {
    image.architecture = "arm64";
    host.qemu = "/usr/bin/qemu-system-aarch64";
}

std::vector<std::string>
values_of(const std::vector<std::string>& command, std::string_view option) {
    std::vector<std::string> values;
    for (std::size_t i = 0; i + 1 < command.size(); ++i)
        if (command[i] == option)
            values.push_back(command[i + 1]);
    return values;
}

std::string value_of(const std::vector<Credential>& credentials, std::string_view name) {
    const auto found = std::ranges::find(credentials, name, &Credential::name);
    if (found != credentials.end())
        return found->value;
    FAIL_CHECK("No credential " << std::string(name));
    return {};
}

bool has(const std::vector<Credential>& credentials, std::string_view name) {
    return std::ranges::find(credentials, name, &Credential::name) != credentials.end();
}

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

} // namespace bootproof
