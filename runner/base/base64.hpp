// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace bootproof {

/// RFC 4648, with padding, on one line.
std::string base64(std::string_view bytes);

} // namespace bootproof
