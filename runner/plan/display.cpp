// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/display.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace bootproof {

namespace {

/// Whether QEMU has that name for a display (`qemu-system-x86_64 -device help`).
bool is_display(std::string_view device) {
    constexpr std::array<std::string_view, 9> names{
        "VGA",
        "secondary-vga",
        "bochs-display",
        "ramfb",
        "qxl",
        "qxl-vga",
        "cirrus-vga",
        "ati-vga",
        "vmware-svga"};
    const auto driver = device.substr(0, device.find(','));
    return driver.starts_with("virtio-vga") || driver.starts_with("virtio-gpu")
           || std::ranges::find(names, driver) != names.end();
}

bool declares_display(const TestDescriptor& test) {
    return std::ranges::any_of(test.devices, is_display)
           || std::ranges::any_of(test.qemu_args, is_display)
           || std::ranges::find(test.qemu_args, "-vga") != test.qemu_args.end();
}

/// A saved machine would have the screen's memory in its state, and every clone would read it.
bool shows_firmware(const PlanInput& input, Firmware firmware) {
    return input.image.architecture == "x86-64" && !boots_directly(firmware)
           && input.boot.kind == BootKind::own;
}

/// QEMU writes PNG since 7.1.
bool can_write_png(const HostCapabilities& host) {
    return host.has_qemu(7, 1);
}

} // namespace

std::vector<std::string> display_arguments(const PlanInput& input, Firmware firmware) {
    // The plainest that OVMF drives, without what a VGA has to emulate.
    return shows_firmware(input, firmware) && !declares_display(input.descriptor)
               ? std::vector<std::string>{"-device", "bochs-display"}
               : std::vector<std::string>();
}

void plan_screenshot(const PlanInput& input, LaunchPlan& plan) {
    const bool has_display =
        shows_firmware(input, plan.firmware) || declares_display(input.descriptor);
    if (!has_display || input.boot.kind != BootKind::own || input.boot.resumed
        || input.backend.backend != Backend::qemu || input.options.console != Console::unattended
        || !can_write_png(input.host))
        return;
    plan.screenshot = plan.evidence / "screenshot.png";
    plan.passed_files.push_back(
        {.number = screenshot_fd, .path = plan.screenshot, .access = PassedFile::Access::create});
}

} // namespace bootproof
