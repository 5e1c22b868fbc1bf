// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/display.hpp"

#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

/// A machine with a declared display.
PlanSample with_display() {
    PlanSample sample;
    sample.descriptor.devices = {"virtio-vga,max_outputs=1"};
    sample.host.qemu_major = 10;
    return sample;
}

bool takes_picture(const LaunchPlan& plan) {
    return !plan.screenshot.empty()
           && std::ranges::find(plan.passed_files, screenshot_fd, &PassedFile::number)
                  != plan.passed_files.end();
}

} // namespace

TEST_CASE("there is a picture of a machine that has a display") {
    const auto plan = with_display().plan();
    CHECK(takes_picture(plan));
    CHECK(plan.screenshot == plan.evidence / "screenshot.png");
    CHECK_FALSE(has(plan.machine, "bochs-display"));
    for (const auto* option : {"-vga", "ati-vga"}) {
        auto sample = with_display();
        sample.descriptor.devices.clear();
        sample.descriptor.qemu_args = {option, "std"};
        CHECK(takes_picture(sample.plan()));
    }
}

TEST_CASE("there is none where there is no display, a person is at it, or QEMU writes no PNG") {
    CHECK_FALSE(takes_picture(PlanSample().plan()));
    auto attended = with_display();
    attended.options.console = Console::interactive;
    CHECK_FALSE(takes_picture(attended.plan()));
    auto old = with_display();
    old.host.qemu_major = 7;
    old.host.qemu_minor = 0;
    CHECK_FALSE(takes_picture(old.plan()));
}
