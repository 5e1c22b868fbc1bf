// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/run_record.hpp"

namespace bootproof {

/// A judged run and its record; the record refers to its siblings, so this stays where it was made.
struct SampleRun {
    explicit SampleRun(Observation observation);
    SampleRun(const SampleRun&) = delete;
    SampleRun(SampleRun&&) = delete;
    SampleRun& operator=(const SampleRun&) = delete;
    SampleRun& operator=(SampleRun&&) = delete;
    ~SampleRun() = default;

    TestDescriptor descriptor;
    Observation observation;
    Verdict verdict;
    RunRecord record;
};

/// A failing run in which every string that a guest can choose is as bad as it can be.
Observation hostile_run();

} // namespace bootproof
