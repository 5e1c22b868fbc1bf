// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/prove_kvm.hpp"

#include "base/printable.hpp"
#include "sys/file.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

#include <chrono>

namespace bootproof {

std::string prove_kvm(const std::filesystem::path& qemu, const ImageManifest& image) {
    if (!file_stamp("/dev/kvm"))
        return "there is no /dev/kvm";
    if (!can_read("/dev/kvm") || !can_write("/dev/kvm"))
        return "/dev/kvm does not open for this user";
    if (image.kernel.empty())
        return "the image names no kernel to try it with";
    constexpr std::chrono::seconds limit(15);
    const auto output = run_program(
        {
            // clang-format off
            qemu.string(),
            "-no-user-config", "-nodefaults", "-display", "none",
            "-machine", image.architecture == "arm64" ? "virt" : "q35",
            "-accel", "kvm",
            "-cpu", "host",
            "-m", "512M",
            "-action", "reboot=shutdown",
            "-serial", "stdio",
            "-kernel", image.kernel.string(),
            "-append", fmt::format("console={} panic=-1", image.architecture == "arm64" ? "ttyAMA0" : "ttyS0"),
            // clang-format on
        },
        limit);
    if (output.text.find("Kernel panic - not syncing: VFS") != std::string::npos)
        return {};
    if (!output.in_time)
        return fmt::format("a test boot under KVM did not get anywhere in {} s", limit.count());
    return fmt::format("a test boot under KVM failed: {}", one_line(last_line(output.text)));
}

} // namespace bootproof
