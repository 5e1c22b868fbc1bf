// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace bootproof {

/// The terminal of a person, as the guest has to know it.
struct Terminal {
    /// What $TERM says; empty where nobody knows.
    std::string type;
    /// In characters; what a VT100 has unless somebody knows better.
    unsigned rows = 24;
    unsigned columns = 80;
};

} // namespace bootproof
