// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace bootproof {

namespace {

/// One run of the real program against a script, and what has to come of it.
struct Case {
    std::string name;
    std::string script;
    int status = 0;
    /// Of the JUnit file; empty for a pass.
    std::string result;
    /// Has to stand on standard error or in the JUnit file.
    std::string text;
    std::string declaration;
    const char* factor = "1";
};

std::string journal(const char* name) {
    return fmt::format("journal {}\n", journal_text(name).string());
}

std::string vouch(int status) {
    return fmt::format(
        "notify EXIT_STATUS={}\\nX_SYSTEMD_SHUTDOWN=poweroff\nevent SHUTDOWN guest-shutdown\nexit "
        "0\n",
        status);
}

/// What a machine does whose test passes, but for the end.
std::string boot() {
    return "connect\nnotify READY=1\\nSTATUS=Startup finished\n" + journal("passed");
}

void check(const Case& expected) {
    CAPTURE(expected.name);
    Scene scene;
    scene.environment["BOOTPROOF_TIMEOUT_FACTOR"] = expected.factor;
    const auto ending = scene.run(scene.declare(expected.script, expected.declaration));
    CAPTURE(ending.errors);
    CHECK(ending.status() == expected.status);
    CHECK(scene.was_started());
    const auto junit = read_file(scene.junit);
    CAPTURE(junit);
    CHECK(junit_result(scene.junit).starts_with(expected.result));
    CHECK(junit_result(scene.junit).empty() == expected.result.empty());
    CHECK_MESSAGE(contains(ending.errors + junit, expected.text), "expected: " << expected.text);
    // Standard output is for programs.
    CHECK(ending.output.empty());
    CHECK(std::filesystem::exists(scene.output / "subject.run" / "console.log"));
    scene.check_clean();
}

void check(const std::vector<Case>& cases) {
    for (const auto& expected : cases)
        check(expected);
}

} // namespace

TEST_CASE("the exit status that the guest gives is the verdict") {
    check({
        {.name = "pass", .script = boot() + vouch(123), .text = "subject passed in"},
        {.name = "fail",
         .script = boot() + vouch(1),
         .status = 1,
         .result = "failure unit-failed",
         .text = "Exit status 1, expected was 123"},
        {.name = "skip",
         .script = boot() + vouch(77),
         .status = 77,
         .result = "skipped unit-skipped",
         .text = "the subject was here"},
        {.name = "zero",
         .script = boot() + vouch(0),
         .status = 1,
         .result = "failure no-exit-status",
         .text = "nothing vouched"},
        {.name = "declared", .script = boot() + vouch(5), .declaration = "exit-code: 5\n"},
        {.name = "nonsense",
         .script = boot() + "notify EXIT_STATUS=many\nexit 0\n",
         .status = 1,
         .result = "failure no-exit-status",
         .text = "many"},
        {.name = "none",
         .script = boot() + "event SHUTDOWN guest-shutdown\nexit 0\n",
         .status = 1,
         .result = "failure no-exit-status",
         .text = "without an exit status"},
    });
}

TEST_CASE("a machine that ends before its time says how") {
    check({
        {.name = "at once",
         .script = "stderr qemu: -drive: no such file\nexit 1\n",
         .status = 99,
         .result = "error machine-failed",
         .text =
             "QEMU exited with status 1 before the guest did anything: qemu: -drive: no such file"},
        {.name = "never connects",
         .script = "exit 0\n",
         .status = 99,
         .result = "error channel-lost",
         .text = "never opened the notify channel"},
        {.name = "in the middle",
         .script = boot() + "stderr qemu: out of luck\nexit 1\n",
         .status = 99,
         .result = "error machine-failed",
         .text = "QEMU exited with status 1 while the guest was running: qemu: out of luck"},
        {.name = "after the status",
         .script = boot() + "notify EXIT_STATUS=123\nexit 1\n",
         .text = "QEMU exited with status 1"},
        {.name = "SIGKILL",
         .script = boot() + "signal 9\n",
         .status = 99,
         .result = "error machine-killed",
         .text = "was killed by SIGKILL"},
        {.name = "SIGSEGV",
         .script = boot() + "signal 11\n",
         .status = 99,
         .result = "error machine-killed",
         .text = "QEMU was ended by SIGSEGV"},
        {.name = "no QMP hands", .script = "connect-only\n" + journal("passed") + vouch(123)},
    });
}

TEST_CASE("what QMP tells is told apart") {
    check({
        {.name = "panic",
         .script = boot()
                   + "console Kernel panic - not syncing: Attempted to kill init!\\n\nevent "
                     "GUEST_PANICKED\nevent SHUTDOWN guest-panic\nexit 0\n",
         .status = 1,
         .result = "failure kernel-panic",
         .text = "The kernel panicked: Kernel panic - not syncing: Attempted to kill init!"},
        {.name = "silent panic",
         .script = boot() + "event GUEST_PANICKED\nevent SHUTDOWN guest-panic\nexit 0\n",
         .status = 1,
         .result = "failure kernel-panic",
         .text = "said nothing on the console"},
        {.name = "reset",
         .script = boot() + "notify EXIT_STATUS=123\nevent SHUTDOWN guest-reset\nexit 0\n",
         .status = 1,
         .result = "failure unexpected-reset",
         .text = "reset 1 times, declared were 0"},
        {.name = "declared reset",
         .script = boot() + "event RESET guest-reset\n" + vouch(123),
         .declaration = "reboots: 1\n"},
        {.name = "missing reset",
         .script = boot() + "event RESET guest-reset\n" + vouch(123),
         .status = 1,
         .result = "failure reboots-missing",
         .declaration = "reboots: 2\n"},
        {.name = "reset by the host",
         .script = boot() + "event RESET host-qmp-system-reset\n" + vouch(123)},
        {.name = "internal error",
         .script = boot() + "stderr KVM internal error\nevent STOP internal-error\nhang\n",
         .status = 99,
         .result = "error machine-failed"},
        {.name = "watchdog",
         .script = boot() + "event WATCHDOG\nevent SHUTDOWN guest-reset\nexit 0\n",
         .status = 1,
         .result = "failure watchdog"},
        {.name = "garbage",
         .script = boot()
                   + "qmp {\"event\":\nqmp [[[[{}\nqmp {\"event\": 7, \"data\": []}\nqmp "
                     "{\"event\": \"X\", \"data\": [1]}\nqmp \\0\n"
                   + vouch(123)},
    });
}

TEST_CASE("a machine that does not end is ended") {
    check({
        {.name = "hang",
         .script = boot() + "hang\n",
         .status = 1,
         .result = "failure timeout",
         .text = "(last status: Startup finished)",
         .declaration = "timeout: 3\n",
         .factor = "0.1"},
        {.name = "silent",
         .script = "hang\n",
         .status = 1,
         .result = "failure timeout",
         .text = "before PID 1 was heard of",
         .declaration = "timeout: 3\n",
         .factor = "0.1"},
        {.name = "deaf",
         .script = "ignore-signals\n" + boot() + "hang\n",
         .status = 1,
         .result = "failure timeout",
         .declaration = "timeout: 3\n",
         .factor = "0.1"},
        {.name = "no power-off",
         .script = boot() + "notify EXIT_STATUS=123\\nX_SYSTEMD_SHUTDOWN=poweroff\nhang\n",
         .text = "did not power off",
         .declaration = "timeout: 2000\n",
         .factor = "0.03"},
        {.name = "reboots first",
         .script =
             boot()
             + "notify EXIT_STATUS=0\\nX_SYSTEMD_SHUTDOWN=reboot\nevent RESET guest-reset\nhang\n",
         .status = 1,
         .result = "failure timeout",
         .declaration = "reboots: 1\ntimeout: 15\n",
         .factor = "0.03"},
    });
}

TEST_CASE("the last words count, whole or not") {
    check({
        {.name = "no NUL", .script = boot() + "notify-part EXIT_STATUS=123\nexit 0\n"},
        {.name = "half",
         .script = boot() + "notify-part EXIT_ST\nexit 0\n",
         .status = 1,
         .result = "failure no-exit-status"},
        {.name = "in pieces",
         .script = boot() + "notify-part EXIT_\nnotify-part STATUS=1\nnotify 23\nexit 0\n"},
        {.name = "oversized",
         .script = boot() + "notify-size 5000\n" + vouch(123),
         .text = "1 notify messages were too many or too large"},
        {.name = "as large as may be",
         .script = boot() + "notify-size 4096\n" + vouch(5),
         .status = 1,
         .result = "failure unit-failed",
         .text = "Exit status 5"},
        {.name = "many",
         .script = boot() + "notify-flood 25000\n" + vouch(123),
         .text = "notify messages were too many or too large"},
    });
}

TEST_CASE("a journal is asked for, and read") {
    check({
        {.name = "none",
         .script = "connect\nnotify READY=1\n" + vouch(123),
         .status = 99,
         .result = "error journal-missing",
         .text = "no journal came out of the machine"},
        {.name = "unreadable",
         .script = "connect\njournal /proc/version\n" + vouch(123),
         .status = 99,
         .result = "error journal-missing"},
        {.name = "cut off",
         .script = "connect\n" + journal("truncated") + vouch(1),
         .status = 1,
         .result = "failure unit-failed",
         .text = "the subject was here"},
        {.name = "core dump",
         .script = "connect\n" + journal("coredump") + vouch(123),
         .status = 1,
         .result = "failure coredump",
         .text = "/usr/bin/victim (SIGSEGV) of subject.service, pid 77"},
        {.name = "expected core dump",
         .script = "connect\n" + journal("coredump") + vouch(123),
         .declaration = "coredump-exclude-regex: '^/usr/bin/vic'\n"},
        {.name = "other core dump",
         .script = "connect\n" + journal("coredump") + vouch(123),
         .status = 1,
         .result = "failure coredump",
         .declaration = "coredump-exclude-regex: '^/usr/bin/other$'\n"},
    });
}

TEST_CASE("the journal is kept, and journalctl reads it") {
    const Scene scene;
    const auto ending = scene.run(scene.declare(boot() + vouch(1)));
    CHECK(ending.status() == 1);
    const auto file = scene.output / "subject.journal";
    // The command that a person is told to type.
    CHECK(contains(ending.errors, "journalctl --file " + file.string()));
    Started journalctl(
        {.command = {"journalctl", "--file", file.string(), "-o", "cat"},
         .environment = {},
         .descriptors = {}},
        scene.root / "journalctl.out",
        scene.root / "journalctl.err");
    CHECK(contains(journalctl.wait().output, "the subject was here"));
    scene.check_clean();
}

TEST_CASE("the machine gets no descriptor but its own") {
    const Scene scene;
    CHECK(scene.run(scene.declare(boot() + vouch(123))).status() == 0);
    const auto started = read_file(scene.record / "started");
    CHECK(started.substr(std::min(started.find(' '), started.size())) == " 0 1 2\n");
    scene.check_clean();
}

TEST_CASE("journals are kept as TEST_SAVE_JOURNAL says") {
    for (const auto& [value, kept_of_pass, kept_of_fail] :
         {std::tuple("1", true, true),
          std::tuple("fail", false, true),
          std::tuple("0", false, false)}) {
        CAPTURE(value);
        Scene scene;
        scene.environment["TEST_SAVE_JOURNAL"] = value;
        for (const auto& [status, kept] :
             {std::pair(123, kept_of_pass), std::pair(1, kept_of_fail)}) {
            CAPTURE(status);
            const auto ending = scene.run(scene.declare(boot() + vouch(status)));
            CHECK(ending.status() == (status == 123 ? 0 : 1));
            CHECK(std::filesystem::exists(scene.output / "subject.journal") == kept);
            CHECK(contains(read_file(scene.junit), "subject.journal]]") == kept);
            CHECK(contains(ending.errors, "Journal: journalctl") == (kept && status == 1));
        }
        scene.check_clean();
    }
    Scene scene;
    scene.environment["TEST_SAVE_JOURNAL"] = "perhaps";
    const auto ending = scene.run(scene.declare(boot() + vouch(123)));
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "$TEST_SAVE_JOURNAL is 'perhaps', but must be 0, 1 or fail"));
}

TEST_CASE("a journal is written to memory first where that is asked for, and kept in its place") {
    Scene scene;
    scene.environment["TEST_JOURNAL_USE_TMP"] = "1";
    const auto kept = scene.output / "subject.journal";
    std::string memory = "/dev/shm/bp.XXXXXX";
    REQUIRE(is_in_memory("/dev/shm"));
    REQUIRE(::mkdtemp(memory.data()) != nullptr);
    scene.environment["XDG_RUNTIME_DIR"] = memory;
    auto running = scene.start_run(scene.declare(boot() + "mark up\nhang"));
    scene.await_mark("up");
    CHECK(!std::filesystem::exists(kept));
    running.kill(SIGTERM);
    CHECK(running.wait().status() == 130);
    CHECK(std::filesystem::exists(kept));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(memory))
        CHECK_MESSAGE(entry.path().extension() != ".journal", entry.path().string());
    std::filesystem::remove_all(memory);

    std::filesystem::remove(kept);
    REQUIRE(!is_in_memory("/proc/self"));
    scene.environment["XDG_RUNTIME_DIR"] = scene.runtime.string();
    const auto ending = scene.run(scene.declare(boot() + vouch(123)));
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "is not in memory, ignoring") == !is_in_memory(scene.runtime));
    CHECK(std::filesystem::exists(kept));
    scene.check_clean();
}

TEST_CASE("each repetition keeps its own journal, and the first its plain name") {
    Scene scene;
    const auto descriptor = scene.declare(boot() + vouch(123));
    for (const auto& [iteration, name] :
         {std::pair("1", "subject.journal"), std::pair("2", "subject-2.journal")}) {
        scene.environment["MESON_TEST_ITERATION"] = iteration;
        CHECK(scene.run(descriptor).status() == 0);
        CHECK(std::filesystem::exists(scene.output / name));
    }
    CHECK(std::filesystem::exists(scene.output / "subject.journal"));
}

TEST_CASE("the result is written as TAP where that is asked for") {
    Scene scene;
    const auto descriptor = scene.declare(boot() + vouch(1));
    const auto ending = scene.start({"run", "--tap", descriptor.string()}).wait();
    CHECK(ending.status() == 1);
    CHECK(contains(ending.output, "TAP version 13\n1..1\nnot ok 1 - subject\n"));
    const auto skipped =
        scene.start({"run", "--tap", "--skip", "not # now", descriptor.string()}).wait();
    CHECK(skipped.status() == 0);
    CHECK(skipped.output == "TAP version 13\n1..0 # SKIP not _ now\n");
}

} // namespace bootproof
