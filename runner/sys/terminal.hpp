// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <memory>

struct termios;

namespace bootproof {

bool is_terminal(int fd);

/// Another open file description of the same terminal: QEMU makes its own non-blocking, and must not make ours so.
UniqueFd reopen(int fd);

/// Puts the terminal on standard input back into the mode that it had, whatever QEMU did to it.
class TerminalMode {
public:
    TerminalMode();
    TerminalMode(const TerminalMode&) = delete;
    TerminalMode& operator=(const TerminalMode&) = delete;
    ~TerminalMode();

private:
    std::unique_ptr<termios> saved_;
};

} // namespace bootproof
