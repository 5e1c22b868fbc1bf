// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "observe/observation.hpp"
#include "verdict/boot_phases.hpp"
#include "verdict/verdict.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace bootproof {

/// Everything a report may say of one run; reports only read it.
struct RunRecord {
    const TestDescriptor& descriptor;
    const Observation& observation;
    const Verdict& verdict;
    /// False where it came to none: then nothing was observed, and nothing below tells of a
    /// machine.
    bool has_machine = true;
    BootPhases phases;
    /// From the start of the runner to that of the machine: it looks at the host, waits, and saves
    /// the machine that this one is forked from.
    Microseconds before{};
    /// tcg or kvm; empty for a container
    std::string accelerator;
    /// Why it is that; empty for a container.
    std::string accelerator_reason;
    /// Empty where no QEMU was looked for.
    std::string qemu_version;
    /// uefi, uefi-secure-boot, linux or linux-noinitrd: what 'auto' came to; empty for a container
    std::string firmware;
    std::string image_digest;
    /// Absent files are empty paths.
    std::filesystem::path journal;
    std::filesystem::path console;
    /// Of the machine's screen; empty where there is none.
    std::filesystem::path screenshot;
    /// Command lines that can be pasted, e.g. "meson test -C build -i TEST-01-BASIC"
    std::string rerun_command;
    /// Empty where the machine was not kept.
    std::string resume_command;
    std::string journal_command;
    /// Empty where no core dump is held against the test.
    std::string coredump_command;
    /// Options of `bootproof run`, and what the environment says of the unit's, that repeat this.
    std::vector<std::string> options;
    std::map<std::string, std::string> environment;
    /// From 1.
    unsigned attempt = 1;
    /// What the image is, e.g. "debian-13-x86-64"; part of the JUnit class name, so that merged
    /// reports never collide.
    std::string platform;
};

} // namespace bootproof
