// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"

#include <span>
#include <string>

namespace bootproof {

/// The run as JUnit XML, valid against Jenkins' junit-10.xsd: one <testsuite> named after the test,
/// with a 'boot' case and the test's case. Bytes that XML 1.0 forbids and terminal escapes are left
/// out; output is cut to 64 KiB a case.
std::string junit_xml(const RunRecord& record);

/// A suite with one case: skipped (reason and text as its message), or an <error> where the test
/// could not be run.
std::string junit_xml(const std::string& test_name, const Verdict& verdict);

/// One for all of them. Where a test has several runs, its last one counts: runs of it that failed
/// before are told of as flakyFailure where that one passed, and as rerunFailure where it did not
/// (Maven Surefire's names, which Jenkins knows).
std::string junit_xml(std::span<const CollectedRun> runs);

} // namespace bootproof
