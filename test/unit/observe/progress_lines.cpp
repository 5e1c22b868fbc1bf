// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/progress_lines.hpp"

#include <doctest/doctest.h>

namespace bootproof {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

TEST_CASE("a person hears how far the guest is") {
    ProgressLines progress;
    CHECK(progress.tell(milliseconds(800), {{"READY", "1"}}).empty());
    CHECK(
        progress.tell(milliseconds(1500), {{"STATUS", "Starting"}}) == Lines{"   1.5 s  Starting"});
    CHECK(
        progress.tell(milliseconds(20000), {{"X_SYSTEMD_UNIT_ACTIVE", "basic.target"}})
        == Lines{"  20.0 s  reached basic.target"});
}

TEST_CASE("for how long a job has run is told now and then") {
    ProgressLines progress;
    const auto tell = [&](int milliseconds_since_start, const char* status) {
        return progress.tell(milliseconds(milliseconds_since_start), {{"STATUS", status}}).size();
    };
    CHECK(tell(1000, "Job a.service/start running (1s / no limit)...") == 1);
    CHECK(tell(1500, "Job a.service/start running (1s / no limit)...") == 0);
    CHECK(tell(2000, "Job b.service/start running (1s / 30s)...") == 1);
    CHECK(tell(11000, "Job b.service/start running (10s / 30s)...") == 0);
    CHECK(tell(12000, "Job b.service/start running (11s / 30s)...") == 1);
    CHECK(tell(12500, "Job b.service/start running (11s / 30s)...") == 0);
}

} // namespace bootproof
