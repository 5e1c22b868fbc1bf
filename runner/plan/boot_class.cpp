// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/boot_class.hpp"

#include "base/shell_quote.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bootproof {

namespace {

/// FNV-1a (RFC 9923): a name that stays the same, no proof. Who finds a machine by it compares all
/// of 'machine'.
std::uint64_t hash(std::string_view text) {
    constexpr std::uint64_t prime = 0x100000001b3;
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * prime;
    return value;
}

/// At least, before it is a failure.
constexpr std::chrono::seconds boot_timeout(300);

/// The same in all runs, so that what is a run's own makes no difference.
RunResources no_resources(const PlanInput& input) {
    RunResources resources{
        .directory = "/run",
        .overlay_directory = "/tmp",
        .evidence = "/evidence",
        .journal = "/journal",
        .vsock = std::nullopt,
        .saved_machine = "/saved",
        .now = {},
    };
    if (input.host.vsock)
        resources.vsock = VsockResources();
    return resources;
}

} // namespace

TestDescriptor class_descriptor(const TestDescriptor& test) {
    TestDescriptor shared;
    shared.name = "bootproof";
    shared.unit = "multi-user.target";
    shared.image = test.image;
    shared.firmware = test.firmware;
    shared.root = test.root;
    shared.memory_mib = test.memory_mib;
    shared.cpus = test.cpus;
    shared.boot_wants = test.boot_wants;
    // Whichever test comes first: the machine is for all.
    shared.timeout = std::max(test.timeout, boot_timeout);
    shared.locations = test.locations;
    return shared;
}

BootClass boot_class(const PlanInput& input) {
    const auto shared = class_descriptor(input.descriptor);
    const auto resources = no_resources(input);
    const auto plan = plan_launch(
        {shared,
         input.image,
         input.options,
         input.host,
         resources,
         {.kind = MachineKind::vm, .reason = {}},
         {.backend = Backend::qemu, .reason = {}},
         {.kind = BootKind::saved, .reason = {}}});
    auto machine = fmt::format("{}\n{}\n", shared.image.string(), shell_quote(plan.machine));
    for (const auto& credential : plan.credentials)
        machine += fmt::format("{} {}\n", credential.name, shell_quote(credential.value));
    std::string firmware;
    for (const auto& files : input.host.firmware)
        firmware += files.identity;
    auto name = fmt::format(
        "{}-{}M-{}cpu-{}-{:016x}",
        to_string(plan.firmware),
        shared.memory_mib,
        shared.cpus,
        plan.accelerator,
        hash(machine));
    return {
        .name = std::move(name),
        .machine = std::move(machine),
        .origin =
            {{"image", input.image.digest},
             {"QEMU", input.host.qemu_version + " " + input.host.qemu_identity},
             {"host", input.host.identity},
             {"firmware", std::move(firmware)},
             // A clone's clock jumps from when the machine was saved to now, and whatever calendar
             // timers (systemd.timer(5)) should have elapsed in between then do so beside the test.
             {"date", fmt::format("{:%Y-%m-%d}", fmt::gmtime(input.resources.now))}},
    };
}

} // namespace bootproof
