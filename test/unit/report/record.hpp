// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "report/stored_run.hpp"

namespace bootproof {

/// A judged run and its record.
struct SampleRun : StoredRun {
    explicit SampleRun(const Observation& seen);
};

/// A failing run in which every string that a guest can choose is as bad as it can be.
Observation hostile_run();

} // namespace bootproof
