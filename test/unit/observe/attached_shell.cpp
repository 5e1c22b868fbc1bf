// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/attached_shell.hpp"

#include "base/attach_words.hpp"

#include <doctest/doctest.h>

#include <string>

namespace bootproof {

namespace {

const Terminal terminal{.type = "xterm-256color", .rows = 31, .columns = 117};
const std::string greeting = "\nattach xterm-256color 31 117\n";
const std::string waits(attach_waits);
const std::string begins(attach_begins);

} // namespace

TEST_CASE("a guest that waits is told of the terminal once, and its shell is shown") {
    AttachedShell shell(terminal);
    CHECK(shell.knock() == attach_knock);
    CHECK(shell.typed("too early").empty());
    CHECK(shell.heard(waits) == AttachAnswer{.shown = "", .said = greeting});
    CHECK(shell.heard(waits + "noise") == AttachAnswer());
    CHECK(shell.knock().empty());
    CHECK_FALSE(shell.settled());
    CHECK(shell.heard(begins + "# ") == AttachAnswer{.shown = "# ", .said = ""});
    CHECK(shell.settled());
    CHECK(shell.typed("ls\r") == "ls\r");
    CHECK(
        shell.heard("exit\r\n" + waits)
        == AttachAnswer{.shown = "exit\r\n", .said = "", .ended = true});
}

TEST_CASE("words are found wherever they are cut in two") {
    for (std::size_t cut = 1; cut < begins.size(); ++cut) {
        CAPTURE(cut);
        AttachedShell shell(terminal);
        CHECK(shell.heard(waits.substr(0, cut)) == AttachAnswer());
        CHECK(shell.heard(waits.substr(cut)).said == greeting);
        CHECK(shell.heard(begins.substr(0, cut)) == AttachAnswer());
        CHECK(shell.heard(begins.substr(cut) + "# ").shown == "# ");
    }
}

TEST_CASE("what only begins like a word is shown") {
    AttachedShell shell(terminal);
    CHECK(shell.heard("a\033").shown == "a");
    CHECK(shell.heard("[0m").shown == "\033[0m");
}

TEST_CASE("a shell that was left there goes on, and its end is the end") {
    AttachedShell shell(terminal);
    CHECK(shell.heard("# ") == AttachAnswer{.shown = "# ", .said = ""});
    CHECK(shell.answers());
    CHECK(shell.knock() == attach_knock);
    CHECK(shell.typed("exit\r") == "exit\r");
    CHECK(shell.knock().empty());
    CHECK(shell.settled());
    CHECK(shell.heard(waits).ended);
}

TEST_CASE("what is heard while the guest boots is no shell") {
    AttachedShell shell(terminal);
    CHECK(shell.heard("^L^L").shown == "^L^L");
    CHECK(shell.heard(waits) == AttachAnswer{.shown = "", .said = greeting});
}

TEST_CASE("the end of a word that was begun for nobody is no shell") {
    AttachedShell shell(terminal);
    CHECK(shell.knock() == attach_knock);
    shell.heard(waits.substr(5));
    CHECK(shell.knock() == attach_knock);
    CHECK(shell.heard(waits).said == greeting);
}

TEST_CASE("a shell that nothing is typed in is left in peace") {
    AttachedShell shell(terminal);
    shell.heard("# ");
    CHECK(shell.knock() == attach_knock);
    CHECK(shell.knock() == attach_knock);
    CHECK(shell.settled());
    CHECK(shell.knock().empty());
}

TEST_CASE("a greeting that nothing comes of is said again") {
    AttachedShell shell(terminal);
    CHECK(shell.heard(waits).said == greeting);
    for (int second = 1; second < 10; ++second)
        CHECK(shell.knock().empty());
    CHECK(shell.knock() == attach_knock);
    CHECK(shell.heard(waits).said == greeting);
}

TEST_CASE("a terminal that a shell could take for something else is a VT100") {
    for (const auto* type : {"", "xterm color", "$(reboot)", "a\nb"})
        CHECK(AttachedShell({.type = type}).heard(waits).said == "\nattach vt100 24 80\n");
}

TEST_CASE("the keys to leave are three in a second, and nothing else") {
    using std::chrono::milliseconds;
    const LeaveKeys::Time start{};
    const std::string key = "\x1d";
    CHECK(LeaveKeys().typed(key + key + key, start));
    CHECK_FALSE(LeaveKeys().typed(key + key, start));
    CHECK_FALSE(LeaveKeys().typed(key + key + "a" + key, start));
    LeaveKeys slow;
    CHECK_FALSE(slow.typed(key, start));
    CHECK_FALSE(slow.typed(key, start + milliseconds(900)));
    CHECK_FALSE(slow.typed(key, start + milliseconds(1100)));
    CHECK_FALSE(slow.typed(key, start + milliseconds(1200)));
    CHECK(slow.typed(key, start + milliseconds(1300)));
}

} // namespace bootproof
