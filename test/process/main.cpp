// SPDX-License-Identifier: LGPL-2.1-or-later
#define DOCTEST_CONFIG_IMPLEMENT
#include "private_mounts.hpp"

#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
    // What a runner leaves behind comes to us, and no_child_left() finds it.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // What we were given ourselves the machine must not be blamed for.
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    if (!bootproof::hide_vsock()) {
        std::fputs("/dev/vhost-vsock cannot be hidden, and the fake machine has none\n", stderr);
        return 77;
    }
    doctest::Context context(argc, argv);
    return context.run();
}
