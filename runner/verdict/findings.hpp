// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "descriptor/test_descriptor.hpp"
#include "observe/observation.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// The core dumps that the test does not expect. The descriptor's expression has been checked by
/// the parser.
std::vector<CoredumpRecord>
unexpected_coredumps(const TestDescriptor& descriptor, const Observation& observation);

/// The same for reports of sanitizers.
std::vector<SanitizerRecord>
unexpected_sanitizer_reports(const TestDescriptor& descriptor, const Observation& observation);

/// "AddressSanitizer in systemd-udevd[123]: heap-use-after-free …"
std::string describe(const SanitizerRecord& report);

/// "/usr/bin/foo (SIGSEGV) of foo.service, pid 123"
std::string describe(const CoredumpRecord& coredump);

/// "exited with status 1" or "was ended by SIGSEGV"
std::string describe(const ProcessEnd& end);

/// What else is worth knowing of a run; each is one printable line. One that begins with blanks
/// belongs to the one before.
std::vector<std::string> findings(const TestDescriptor& descriptor, const Observation& observation);

} // namespace bootproof
