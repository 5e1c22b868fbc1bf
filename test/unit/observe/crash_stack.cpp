// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/crash_stack.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

using Frames = std::vector<std::string>;

} // namespace

TEST_CASE("the frames of the thread that crashed are those of the first stack trace") {
    CHECK(
        crash_stack("Process 450 (sleep) of user 0 dumped core.\n\n"
                    "Module libc.so.6 from deb glibc-2.41-12.amd64\n"
                    "Stack trace of thread 450:\n"
                    "#0  0x00007f0a clock_nanosleep (libc.so.6 + 0xd9a9d)\n"
                    "#1  0x00005580 n/a (sleep + 0x2f1c)\n\n"
                    "Stack trace of thread 451:\n"
                    "#0  0x00007f0b poll (libc.so.6 + 0x1)\n"
                    "ELF object binary architecture: AMD x86-64\n")
        == Frames{
            "#0  0x00007f0a clock_nanosleep (libc.so.6 + 0xd9a9d)",
            "#1  0x00005580 n/a (sleep + 0x2f1c)"});
}

TEST_CASE(
    "a core dump that could not be unwound has no frames, and deep recursion no end of them") {
    CHECK(crash_stack("").empty());
    CHECK(crash_stack("Process 450 (sleep) of user 0 dumped core.\n#0 not one\n").empty());
    CHECK(crash_stack("Stack trace of thread 450:").empty());
    std::string deep = "Stack trace of thread 1:\n";
    for (int i = 0; i < 1000; ++i)
        deep += "#9  0x0 f (g + 0x1)\n";
    CHECK(crash_stack(deep).size() == 10);
}
