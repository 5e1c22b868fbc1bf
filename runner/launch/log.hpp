// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string_view>

namespace bootproof {

/// Lines on standard error, for whoever runs the test.
void log_info(std::string_view text);
/// Something is not as it should be, but the run goes on.
void log_warning(std::string_view text);
void log_error(std::string_view text, std::string_view hint);

/// Does what would be good to have but decides nothing: when it throws Error, that is a warning.
void try_anyway(const std::function<void()>& attempt);

} // namespace bootproof
