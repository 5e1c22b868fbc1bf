// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/unique_fd.hpp"

#include <memory>

struct termios;

namespace bootproof {

bool standard_input_is_terminal();

/// Another open file description of the terminal on standard input: QEMU makes its own
/// non-blocking, and must not make ours so. It is the same where nobody but its user may open it.
UniqueFd reopen_terminal();

/// Puts the terminal on standard input back into the mode that it had, whatever QEMU did to it.
class TerminalMode {
public:
    TerminalMode();
    TerminalMode(const TerminalMode&) = delete;
    TerminalMode& operator=(const TerminalMode&) = delete;
    TerminalMode(TerminalMode&&) = delete;
    TerminalMode& operator=(TerminalMode&&) = delete;
    ~TerminalMode();

    /// All keys are for whoever reads them, and all bytes as they are written, until it is put
    /// back.
    void make_raw();

private:
    std::unique_ptr<termios> saved_;
};

} // namespace bootproof
