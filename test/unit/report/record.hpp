// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/collected_run.hpp"
#include "report/stored_run.hpp"

#include <memory>
#include <string>
#include <vector>

namespace bootproof {

/// A judged run and its record.
struct SampleRun : StoredRun {
    explicit SampleRun(const Observation& seen);
};

/// Several runs under their tests' names, in this order; it has to stay as long as they are used.
class SampleRuns {
public:
    void add(const std::string& test, const Observation& seen);

    SampleRun& back() { return *runs_.back(); }

    [[nodiscard]] std::vector<CollectedRun> collect() const;

private:
    std::vector<std::unique_ptr<SampleRun>> runs_;
};

/// A picture of one pixel.
std::string sample_png();

/// A failing run in which every string that a guest can choose is as bad as it can be.
Observation hostile_run();

} // namespace bootproof
