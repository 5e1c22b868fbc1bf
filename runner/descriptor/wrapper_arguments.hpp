// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/parse_descriptor.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// The command line of systemd's test/integration-tests/integration-test-wrapper.py, as Meson
/// gives it, and the variables of its environment that add to it.
struct WrapperArguments {
    std::string name;
    std::string unit;
    /// volatile or persistent
    std::string storage = "volatile";
    /// As the key 'firmware' of a descriptor spells it.
    std::string firmware = "auto";
    int exit_code = 123;
    bool slow = false;
    bool vm = false;
    bool skip = false;
    bool rtc = false;
    bool tpm = false;
    bool suppress_sync = false;
    std::string coredump_exclude_regex;
    std::string sanitizer_exclude_regex;
    /// tdx, sev-snp or any
    std::string confidential;
    /// What comes behind "--": options of mkosi.
    std::vector<std::string> mkosi;
    /// TEST_MKOSI_ARGS: more of them, as one line.
    std::string more_mkosi;
};

/// The test that they describe, but for its image. Throws Error naming the option that has no
/// translation.
TestDescriptor translate_wrapper(const WrapperArguments& arguments, const FileReader& read_file);

} // namespace bootproof
