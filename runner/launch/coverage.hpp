// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace bootproof {

/// Writes what gcov(1) counted in a guest to an "info" file of lcov(1), beside what that has
/// already. A guest that was built for it packs its /coverage (GCOV_PREFIX) with tar and zstd, in
/// base64, into the field COVERAGE_TAR of its journal, as systemd's coverage-forwarder.service does
/// at each shutdown. The .gcno files are looked for below 'build', by as much of each path as is
/// the same there. 'scratch' is a directory of the caller's for what is unpacked. Throws Error when
/// there is nothing to write, or lcov cannot.
void collect_coverage(
    const std::filesystem::path& journal,
    const std::filesystem::path& build,
    const std::filesystem::path& scratch,
    const std::filesystem::path& info);

} // namespace bootproof
