// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// The innermost frames of the thread that crashed, out of a message of systemd-coredump(8); empty
/// where it could not unwind the stack. The kernel writes that thread first
/// (fs/binfmt_elf.c, fill_note_info()).
std::vector<std::string> crash_stack(std::string_view message);

} // namespace bootproof
