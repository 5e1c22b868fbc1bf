// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/plan_launch.hpp"

#include <map>
#include <string>

namespace bootproof {

/// What two tests must have in common to be forked from the same machine.
struct BootClass {
    /// Of the directory that the saved machine has: a few words, and a hash of 'machine'.
    std::string name;
    /// The image, the command line and the credentials of the machine, without what is a run's own.
    std::string machine;
    /// What a saved machine was made of, which may change behind the same command line: image,
    /// QEMU, host and firmware, and the date. A machine made of another is of no use.
    std::map<std::string, std::string> origin;

    bool operator==(const BootClass&) const = default;
};

/// The class of the test. Pure: two tests are of the same class if, and only if, their machines
/// would be started with the same command line and the same credentials.
BootClass boot_class(const PlanInput& input);

/// A declaration of the class's machine: the test's, but for what is a test's own.
TestDescriptor class_descriptor(const TestDescriptor& test);

} // namespace bootproof
