// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/backend.hpp"

#include "plan/fault.hpp"
#include "plan/libvirt.hpp"
#include "plan/mkosi.hpp"
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
        return Error(text, refusal.hint);
    return fault(
        descriptor,
        refusal.key,
        text,
        refusal.hint.empty() ? "Leave out --backend to take one that can" : refusal.hint);
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

std::optional<Refusal> refuse(Backend backend, const BackendQuestion& question) {
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
        if (const auto refusal = refuse(*asked, question))
            throw refusal_error(question.descriptor, *asked, *refusal);
        return {.backend = *asked, .reason = "it was asked for"};
    }
    const auto able = std::ranges::find_if(
        candidates, [&](Backend backend) { return !refuse(backend, question); });
    if (able == candidates.end())
        throw refusal_error(
            question.descriptor, candidates.front(), *refuse(candidates.front(), question));
    return {
        .backend = *able,
        .reason = able == candidates.begin() ? "nothing else was asked for"
                                             : fmt::format(
                                                 "{} cannot: {}",
                                                 program_name(candidates.front()),
                                                 refuse(candidates.front(), question)->text)};
}

} // namespace bootproof
