// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/junit_flavor.hpp"
#include "report/collected_run.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace bootproof {

struct JunitStyle {
    JunitFlavor flavor = JunitFlavor::strict;
    /// Of the project, in a CI; the rich flavour names attachments from there. Empty where that is
    /// not known.
    std::filesystem::path root;
};

/// The run as JUnit XML, in the strict flavour: one <testsuite> named after the test,
/// with a 'boot' case and the test's case. Bytes that XML 1.0 forbids and terminal escapes are left
/// out; output is cut to 64 KiB a case.
std::string junit_xml(const RunRecord& record);

/// A suite with one case: skipped (reason and text as its message), or an <error> where the test
/// could not be run.
std::string junit_xml(const std::string& test_name, const Verdict& verdict);

/// One for all of them. Where a test has several runs, its last one counts: runs of it that failed
/// before are told of as flakyFailure where that one passed, and as rerunFailure where it did not
/// (Maven Surefire's names, which Jenkins knows).
std::string junit_xml(std::span<const CollectedRun> runs, const JunitStyle& style = {});

} // namespace bootproof
