// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bootproof {

/// Where the time of a run went. A phase that could not be measured is absent, never zero.
struct BootPhases {
    /// Start of the machine to the start of the kernel, by the guest's clock.
    std::optional<Microseconds> firmware;
    /// Of a forked machine, in place of firmware and kernel: start of the machine to when its guest
    /// goes on.
    std::optional<Microseconds> restore;
    /// Kernel and initrd: start of the kernel to the first message of the main system's PID 1.
    std::optional<Microseconds> kernel;
    /// From there, or from where a forked guest goes on, to the start of the test's unit.
    std::optional<Microseconds> userspace;
    /// The test's unit itself; to the end of the machine where that was first.
    std::optional<Microseconds> test;
    /// End of the unit to the end of the machine.
    std::optional<Microseconds> shutdown;

    bool operator==(const BootPhases&) const = default;
};

/// The phases in their order, by the names that they have in all reports.
struct NamedPhase {
    std::string_view name;
    std::optional<Microseconds> BootPhases::*value;
};

inline constexpr std::array<NamedPhase, 6> all_phases{
    {{"firmware", &BootPhases::firmware},
     {"restore", &BootPhases::restore},
     {"kernel", &BootPhases::kernel},
     {"userspace", &BootPhases::userspace},
     {"test", &BootPhases::test},
     {"shutdown", &BootPhases::shutdown}}};

BootPhases boot_phases(const Observation& observation);

/// Start of the machine to the start of the test's unit; nothing when that was not measured.
std::optional<Microseconds> boot_time(const BootPhases& phases);

/// How far a run came.
enum class Progress : std::uint8_t {
    /// Nothing was heard of the guest: firmware, boot loader or kernel.
    silent,
    /// PID 1 spoke, and the test's unit had not started.
    booting,
    unit_running,
    shutting_down,
};

Progress progress_of(const Observation& observation);

/// The test's unit was started, by the journal or by an exit status that only it could have caused.
bool reached_unit(const Observation& observation);

} // namespace bootproof
