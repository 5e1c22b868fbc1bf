// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/trace.hpp"

#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace bootproof;

TEST_CASE("the trace has a slice for each run, and one for each phase inside it") {
    SampleRuns samples;
    samples.add("a", good_run());
    samples.add("b", hostile_run());
    const auto trace = nlohmann::json::parse(trace_json(samples.collect()));
    std::map<int, std::pair<std::int64_t, std::int64_t>> whole;
    unsigned phases = 0;
    for (const auto& event : trace.at("traceEvents")) {
        if (event.at("ph") != "X")
            continue;
        const auto begin = event.at("ts").get<std::int64_t>();
        const auto end = begin + event.at("dur").get<std::int64_t>();
        const int thread = event.at("tid");
        if (event.contains("args")) {
            whole[thread] = {begin, end};
            continue;
        }
        ++phases;
        CHECK(begin >= whole.at(thread).first);
        CHECK(end <= whole.at(thread).second);
    }
    CHECK(whole.size() == 2);
    CHECK(phases >= 5);
}
