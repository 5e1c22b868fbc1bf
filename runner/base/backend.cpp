// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/backend.hpp"

#include <algorithm>
#include <stdexcept>

namespace bootproof {

namespace {

struct Row {
    Backend backend;
    std::string_view word;
    std::string_view program;
    std::optional<MachineKind> kind;
};

constexpr auto rows = std::to_array<Row>({
    {Backend::qemu, "qemu", "QEMU", MachineKind::vm},
    {Backend::nspawn, "nspawn", "systemd-nspawn", MachineKind::container},
    {Backend::mkosi, "mkosi", "mkosi", std::nullopt},
    {Backend::vmspawn, "vmspawn", "systemd-vmspawn", MachineKind::vm},
    {Backend::libvirt, "libvirt", "libvirt", MachineKind::vm},
});
static_assert(rows.size() == all_backends.size());

const Row& row_of(Backend backend) {
    const auto row = std::ranges::find(rows, backend, &Row::backend);
    if (row == rows.end())
        throw std::logic_error("Unknown backend");
    return *row;
}

} // namespace

std::string_view to_string(Backend backend) {
    return row_of(backend).word;
}

std::string_view program_name(Backend backend) {
    return row_of(backend).program;
}

std::optional<Backend> backend_named(std::string_view word) {
    const auto row = std::ranges::find(rows, word, &Row::word);
    return row == rows.end() ? std::nullopt : std::optional(row->backend);
}

std::optional<MachineKind> only_kind(Backend backend) {
    return row_of(backend).kind;
}

} // namespace bootproof
