// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace bootproof {

/// "SIGKILL", or "signal 99" for one without a name.
std::string signal_name(int signal);

} // namespace bootproof
