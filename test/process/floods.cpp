// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <csignal>

namespace bootproof {

namespace {

constexpr std::uintmax_t mebibyte = 1024 * 1024;

const std::string pass = fmt::format(
    "journal {}\nnotify EXIT_STATUS=123\\nX_SYSTEMD_SHUTDOWN=poweroff\nevent SHUTDOWN "
    "guest-shutdown\nexit 0\n",
    journal_text("passed").string());

} // namespace

TEST_CASE("a flood on the console is cut, and the machine goes on") {
    const Scene scene;
    const auto ending =
        scene.run(scene.declare(fmt::format("connect\nconsole-flood {}\n", 70 * mebibyte) + pass));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    const auto log = scene.output / "subject.run" / "console.log";
    CHECK(std::filesystem::file_size(log) >= 64 * mebibyte);
    CHECK(std::filesystem::file_size(log) < 65 * mebibyte);
    CHECK(contains(read_file_tail(log, 200), "the console is longer than this log may be"));
    scene.check_clean();
}

TEST_CASE("a flood on standard error keeps its last line") {
    const Scene scene;
    const auto ending = scene.run(scene.declare(
        fmt::format("connect\nstderr-flood {}\nstderr the last line\nexit 1\n", 8 * mebibyte)));
    CHECK(ending.status() == 99);
    CHECK(junit_result(scene.junit) == "error machine-failed");
    CHECK(
        junit_message(scene.junit)
        == "QEMU exited with status 1 before the guest did anything: the last line");
    CHECK(std::filesystem::file_size(scene.junit) < mebibyte);
    scene.check_clean();
}

TEST_CASE("a process that the machine leaves behind holds nothing up") {
    for (const std::string kind : {"orphan", "orphan-flood"}) {
        CAPTURE(kind);
        Scene scene;
        auto runner = scene.start_run(scene.declare(fmt::format("connect\n{}\n", kind) + pass));
        const auto orphan = scene.await_mark("orphan");
        const auto ending = runner.wait_for(Milliseconds(10000));
        // It came to us when its parent died.
        ::kill(orphan, SIGKILL);
        CHECK(no_child_left(patience));
        REQUIRE_MESSAGE(ending, "the runner waits for a process that is none of its own");
        CAPTURE(ending->errors);
        CHECK(ending->status() == 0);
        CHECK(junit_result(scene.junit).empty());
        scene.check_clean();
    }
}

TEST_CASE("a machine that dies before the runner has looked still says why") {
    Scene scene;
    // Everything happens while the runner stands still: it finds connections whose other ends are
    // gone.
    auto runner = scene.start_run(scene.declare(
        "stop-runner\nconnect-only\nconsole from the console\\n\njournal "
        + journal_text("passed").string()
        + "\nnotify STATUS=dying\nmark gone\nstderr qemu: too late\nexit 1\n"));
    CHECK(await_end(scene.await_mark("gone")));
    runner.kill(SIGCONT);
    const auto ending = runner.wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(junit_result(scene.junit) == "error machine-failed");
    CHECK(contains(junit_message(scene.junit), "qemu: too late"));
    CHECK(contains(read_file(scene.output / "subject.run" / "console.log"), "from the console"));
    CHECK(std::filesystem::exists(scene.output / "subject.journal"));
    scene.check_clean();
}

} // namespace bootproof
