// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/timeline.hpp"

#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

Microseconds length_of(const std::vector<TimelinePiece>& pieces) {
    Microseconds length{};
    for (const auto& piece : pieces)
        length += piece.length;
    return length;
}

} // namespace

TEST_CASE("the pieces of a run are its phases, what was before them, and the rest") {
    SampleRun run(good_run());
    run.record.before = 2s;
    const auto pieces = pieces_of(run.record);
    std::string names;
    for (const auto& piece : pieces)
        names += std::string(piece.name) + " ";
    CHECK(names == "before firmware kernel userspace test shutdown ");
    CHECK(length_of(pieces) == 2s + run.observation.duration);
}

TEST_CASE("what was not measured is a piece, and none is longer than the run") {
    SampleRun run(good_run());
    run.record.phases = {.kernel = 1s};
    CHECK(pieces_of(run.record).back().name == "unmeasured");
    CHECK(length_of(pieces_of(run.record)) == run.observation.duration);
    run.record.phases = {.kernel = 1h, .test = 1h};
    CHECK(pieces_of(run.record).size() == 1);
    CHECK(length_of(pieces_of(run.record)) == run.observation.duration);
}

TEST_CASE("runs that are far from each other are in sessions of their own") {
    SampleRuns samples;
    for (const auto* name : {"late", "first", "second"})
        samples.add(name, good_run());
    const auto start = good_run().started;
    samples.back().observation.started = start + 5s;
    auto late = good_run();
    late.started = start + 1h;
    samples.add("later", late);
    auto runs = samples.collect();
    const auto sessions = sessions_of(runs);
    REQUIRE(sessions.size() == 2);
    CHECK(sessions[0].bars.size() == 3);
    CHECK(sessions[0].bars.back().run == &runs[2]);
    CHECK(sessions[0].length == good_run().duration + 5s);
    CHECK(sessions[1].began == start + 1h);
}
