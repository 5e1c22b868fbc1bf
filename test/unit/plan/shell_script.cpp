// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/shell_script.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::string_literals;

TEST_CASE("a script writes the files, listens and starts the machine with an option a line") {
    const LaunchPlan plan{
        .name = "a",
        .directory = "/run/b p",
        .machine = {"/bin/qemu", "-name", "it's", "-flag", "-m", "1", "last"},
        .environment = {{"TMPDIR", "/t m p"}},
        .journal_receiver = {"/bin/receive", "--output=x y"},
        .files = {{.path = "/run/x y", .content = "a'b\n%s\\n"}},
        .qmp_socket = "/run/b p/qmp",
        .journal_socket = "/run/b p/journal",
        .qmp_commands = "go",
        .journal = "/build/a.journal",
        .accelerator = "tcg",
        .deadline = std::chrono::milliseconds(1500),
    };
    CHECK(
        shell_script(plan)
        == "#!/bin/sh\n"
           "# a (tcg, linux): what `bootproof run` does. It needs socat.\n"
           "# Deadline: 1.5 s\n# Credentials:\n\numask 077\n"
           "mkdir -p '/run/b p' /build\n"
           "printf %s 'a'\\''b\n%s\\n' >'/run/x y'\n\n"
           "socat -u UNIX-LISTEN:'/run/b p/journal' - | /bin/receive '--output=x y' &\n"
           "printf %s go >'/run/b p/qmp.words'\n"
           "socat 'OPEN:/run/b p/qmp.words,ignoreeof!!CREATE:/run/b p/qmp.events' "
           "UNIX-LISTEN:'/run/b p/qmp' &\n"
           "sleep 1\n\n"
           "TMPDIR='/t m p' /bin/qemu \\\n    -name 'it'\\''s' \\\n    -flag \\\n    -m 1 \\\n    "
           "last\nwait\n");
}

TEST_CASE("a file with bytes that no shell word can have is written through base64") {
    const auto script =
        shell_script({.files = {{.path = "/run/x", .content = "a\0b"s}}, .qmp_socket = "/run/qmp"});
    CHECK(script == Contains("printf %s YQBi | base64 -d >/run/x\n"));
    CHECK(script.find('\0') == std::string::npos);
}

TEST_CASE("nothing in a credential can leave its comment") {
    const auto script = shell_script(
        {.qmp_socket = "/run/qmp", .credentials = {{.name = "a", .value = "x\nrm -r /\r\x1b[2J"}}});
    CHECK(script == Contains("#   a = x rm -r /??[2J\n"));
}

TEST_CASE("a machine for a person has no deadline") {
    CHECK(shell_script({.qmp_socket = "/run/qmp"}) == Contains("# No deadline\n"));
}
