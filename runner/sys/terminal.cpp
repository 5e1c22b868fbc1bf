// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/terminal.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace bootproof {

bool standard_input_is_terminal() {
    return ::isatty(STDIN_FILENO) == 1;
}

UniqueFd reopen_terminal() {
    UniqueFd result(::open("/proc/self/fd/0", O_RDWR | O_CLOEXEC | O_NOCTTY));
    // After su(1) it is another user's, and can only be shared.
    if (!result)
        result = UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!result)
        throw system_error(errno, "Failed to open the terminal again");
    return result;
}

TerminalMode::TerminalMode()
    : saved_(std::make_unique<termios>()) {
    if (::tcgetattr(STDIN_FILENO, saved_.get()) < 0)
        saved_.reset();
}

TerminalMode::~TerminalMode() {
    if (saved_)
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, saved_.get());
}

void TerminalMode::make_raw() {
    if (!saved_)
        return;
    auto raw = *saved_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

} // namespace bootproof
