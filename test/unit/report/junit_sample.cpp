// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/junit.hpp"
#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <csignal>
#include <functional>
#include <iostream>
#include <map>
#include <string>

using namespace bootproof;

namespace {

std::string xml_of(Observation observation) {
    const SampleRun run(std::move(observation));
    return junit_xml(run.record);
}

Observation killed_run() {
    auto run = good_run();
    run.machine_end = ProcessEnd{.signal = SIGKILL};
    return run;
}

/// Of one that passed at last, and one that did not, with a run that could not be judged.
std::string merged() {
    SampleRuns runs;
    runs.add("a", run_with_status("1"));
    runs.add("a", good_run());
    runs.add("b", killed_run());
    runs.add("b", hostile_run());
    return junit_xml(runs.collect());
}

std::string unstarted() {
    return junit_xml(
        "TEST-01-BASIC", {.outcome = Outcome::error, .reason = "aborted", .text = "Aborted"});
}

} // namespace

/// Writes the JUnit XML of a sample run to standard output, for a validator.
int main(int argc, char** argv) {
    const std::map<std::string, std::function<std::string()>> samples = {
        {"pass", [] { return xml_of(good_run()); }},
        {"fail", [] { return xml_of(run_with_status("1")); }},
        {"boot", [] { return xml_of(run_cut_off_at_boot()); }},
        {"skip", [] { return xml_of(run_with_status("77")); }},
        {"error", [] { return xml_of(killed_run()); }},
        {"hostile", [] { return xml_of(hostile_run()); }},
        {"merged", merged},
        {"unstarted", unstarted},
    };
    const auto sample = samples.find(argc == 2 ? argv[1] : "");
    if (sample == samples.end())
        return 2;
    std::cout << sample->second();
    return std::cout.flush() ? 0 : 1;
}
