// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/interrupts.hpp"

#include <algorithm>

namespace bootproof {

bool interrupt_is_pending() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return std::ranges::any_of(
        interrupts, [&](int number) { return sigismember(&pending, number) == 1; });
}

void unblock_interrupts() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : interrupts)
        sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace bootproof
