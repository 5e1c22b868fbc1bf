// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace bootproof {

/// How far the guest is, for a person who waits: what PID 1 has told about it, if anything
/// (systemd-notify(1)). Of a job that runs it tells twice a second for how long; that is passed on
/// now and then.
class ProgressLines {
public:
    std::vector<std::string>
    tell(std::chrono::microseconds since_start, const std::map<std::string, std::string>& fields);

private:
    std::string last_;
    std::chrono::microseconds last_told_{};
};

} // namespace bootproof
