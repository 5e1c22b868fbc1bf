// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/interrupts.hpp"

#include <algorithm>

namespace bootproof {

sigset_t interrupt_set() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : interrupts)
        sigaddset(&set, number);
    return set;
}

std::vector<EventSource> on_interrupt(EventLoop& loop, const std::function<void(int)>& callback) {
    std::vector<EventSource> sources;
    sources.reserve(interrupts.size());
    for (const int number : interrupts)
        sources.push_back(loop.on_signal(number, [callback, number] { callback(number); }));
    return sources;
}

bool interrupt_is_pending() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return std::ranges::any_of(
        interrupts, [&](int number) { return sigismember(&pending, number) == 1; });
}

void unblock_interrupts() {
    const auto set = interrupt_set();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace bootproof
