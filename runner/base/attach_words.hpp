// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace bootproof {

// What passes between a machine's second console and whoever attaches to it, beside what a shell
// and its terminal say to each other. The guest's words are application program commands (ECMA-48),
// of which terminals show nothing.

/// The guest: nobody has a shell here, and a line may say for which terminal one is to be started.
inline constexpr std::string_view attach_waits = "\033_bootproof-waits\033\\";

/// The guest: what follows is the shell's.
inline constexpr std::string_view attach_begins = "\033_bootproof-shell\033\\";

/// The host, Ctrl-L: a guest that waits says so again, and whatever else has the terminal draws
/// itself anew.
inline constexpr std::string_view attach_knock = "\f";

/// The host, before the type, rows and columns of the terminal.
inline constexpr std::string_view attach_word = "attach";

} // namespace bootproof
