// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/backend.hpp"
#include "base/machine_kind.hpp"
#include "descriptor/image_manifest.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/host_capabilities.hpp"
#include "plan/machine_choice.hpp"
#include "plan/run_options.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Why a backend cannot do what a test asks for.
struct Refusal {
    /// The declaration's key that it cannot express; empty where it is the host's fault, or the
    /// image's.
    std::string key;
    std::string text;
    std::string hint;

    bool operator==(const Refusal&) const = default;
};

/// What a backend is asked whether it can do it.
struct BackendQuestion {
    const TestDescriptor& descriptor;
    const ImageManifest& image;
    const RunOptions& options;
    const HostCapabilities& host;
};

struct BackendChoice {
    Backend backend = Backend::qemu;
    /// Why, for people.
    std::string reason;
};

/// Whether board and devices of a virtual machine are the runner's to describe; other backends make
/// them up.
bool describes_machine(Backend backend);

/// Those that run machines of this kind, the one that 'auto' prefers first.
std::vector<Backend> backends_of(MachineKind kind);

/// Nothing where the backend can run the test here, in a machine of this kind. Only what has been
/// looked at on the host is believed to be there.
std::optional<Refusal> refuse(Backend backend, MachineKind kind, const BackendQuestion& question);

/// The one that was asked for, or the first of the machine's kind that can. Throws Error, with the
/// place of the key in the descriptor, where there is none.
BackendChoice choose_backend(const BackendQuestion& question, const MachineChoice& machine);

} // namespace bootproof
