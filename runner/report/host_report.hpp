// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/host_check.hpp"

#include <string>
#include <vector>

namespace bootproof {

/// A line for each check, and below what is wrong what to do about it. 'colour' adds SGR sequences
/// (console_codes(4)).
std::string host_report(const std::vector<HostCheck>& checks, bool colour);

/// The same as JSON: an array of objects with subject, result (good, lacking, broken), text,
/// remedy.
std::string host_report_json(const std::vector<HostCheck>& checks);

} // namespace bootproof
