// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/backend.hpp"

#include "base/error.hpp"
#include "plan/fault.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/libvirt.hpp"
#include "plan/mkosi.hpp"
#include "plan/root_file_system.hpp"
#include "plan/vmspawn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bootproof {

namespace {

Error refusal_error(const TestDescriptor& descriptor, Backend backend, const Refusal& refusal) {
    const auto text =
        fmt::format("{} cannot run the test: {}", program_name(backend), refusal.text);
    if (refusal.key.empty())
        return Error(text, refusal.hint.empty() ? "" : ask_doctor(refusal.hint));
    return fault(
        descriptor,
        refusal.key,
        text,
        refusal.hint.empty() ? "Leave out --backend to take one that can" : refusal.hint);
}

/// What only the machine of QEMU has for a root file system.
std::optional<Refusal> refuse_root(Backend backend, const BackendQuestion& question) {
    const auto& image = question.image;
    if (has_root_directory(question.descriptor, image))
        return Refusal{"root", "the root file system would be a directory", {}};
    if (describes_machine(backend))
        return std::nullopt;
    if (!image.has_partitions)
        return Refusal{{}, "the image's disk has no partitions", "Leave out --backend"};
    if (image.disk_format != "raw")
        return Refusal{
            {},
            fmt::format("the image's disk is not raw, but {}", image.disk_format),
            "Leave out --backend"};
    return std::nullopt;
}

/// What only QEMU is told by the runner: to hand the kernel to the firmware.
std::optional<Refusal> refuse_firmware(const BackendQuestion& question) {
    const auto firmware = question.descriptor.firmware;
    const auto& image = question.image;
    const bool has_loader = firmware != Firmware::automatic || image.boots_through_firmware;
    if (!has_loader || boots_directly(firmware) || !loads_kernel(image, firmware))
        return std::nullopt;
    return Refusal{
        "firmware",
        fmt::format(
            "the boot loader of systemd {} takes no arguments from outside", image.systemd_version),
        "Declare 'firmware: linux', or leave out --backend"};
}

} // namespace

bool describes_machine(Backend backend) {
    return backend == Backend::qemu || backend == Backend::libvirt;
}

std::vector<Backend> backends_of(MachineKind kind) {
    if (kind == MachineKind::container)
        return {Backend::nspawn, Backend::mkosi};
    return {Backend::qemu, Backend::mkosi, Backend::vmspawn, Backend::libvirt};
}

std::optional<Refusal> refuse(Backend backend, MachineKind kind, const BackendQuestion& question) {
    if (kind == MachineKind::vm && backend != Backend::qemu) {
        if (auto refusal = refuse_root(backend, question))
            return refusal;
        if (auto refusal = refuse_firmware(question))
            return refusal;
    }
    switch (backend) {
    case Backend::qemu:
    case Backend::nspawn:
        // What they need is looked for before the kind of machine is chosen, and they can express
        // everything.
        return std::nullopt;
    case Backend::mkosi:
        return refuse_mkosi(question);
    case Backend::vmspawn:
        return refuse_vmspawn(question);
    case Backend::libvirt:
        return refuse_libvirt(question);
    }
    throw std::logic_error("Unknown backend");
}

BackendChoice choose_backend(const BackendQuestion& question, const MachineChoice& machine) {
    const auto candidates = backends_of(machine.kind);
    if (const auto asked = question.options.backend) {
        if (std::ranges::find(candidates, *asked) == candidates.end())
            throw Error(
                fmt::format(
                    "{} does not run the machine that the test gets: {}",
                    program_name(*asked),
                    machine.reason),
                "Leave out --backend to take one that does");
        if (const auto refusal = refuse(*asked, machine.kind, question))
            throw refusal_error(question.descriptor, *asked, *refusal);
        return {.backend = *asked, .reason = "it was asked for"};
    }
    const auto able = std::ranges::find_if(
        candidates, [&](Backend backend) { return !refuse(backend, machine.kind, question); });
    if (able == candidates.end())
        throw refusal_error(
            question.descriptor,
            candidates.front(),
            *refuse(candidates.front(), machine.kind, question));
    return {
        .backend = *able,
        .reason = able == candidates.begin()
                      ? "nothing else was asked for"
                      : fmt::format(
                          "{} cannot: {}",
                          program_name(candidates.front()),
                          refuse(candidates.front(), machine.kind, question)->text)};
}

} // namespace bootproof
