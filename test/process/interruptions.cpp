// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

namespace bootproof {

namespace {

/// What Meson grants between SIGTERM and SIGKILL; sanitizers cost more than people do.
#if defined(__SANITIZE_ADDRESS__)
constexpr Milliseconds grace(2000);
#else
constexpr Milliseconds grace(500);
#endif

const std::string running = fmt::format(
    "connect\nnotify READY=1\njournal {}\nmark running\nhang\n", journal_text("passed").string());

std::vector<pid_t> children_of(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
    std::vector<pid_t> children;
    for (pid_t child = 0; file >> child;)
        children.push_back(child);
    return children;
}

/// A copy of the runner: the guard, or what is about to become another program.
bool is_guard(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    return std::getline(file, name) && name.starts_with("bootproof");
}

/// There is no event for another process's children; the deadline ends this loop at the latest.
bool await_guard(pid_t runner) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        const auto children = children_of(runner);
        if (std::ranges::any_of(children, is_guard))
            return true;
    }
    return false;
}

/// What the machine tells can come before the runner has written down which machine it is.
bool await_record(const Scene& scene) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end)
        for (const auto& directory : scene.run_directories())
            if (!read_file_tail(directory / "machine", 256).empty())
                return true;
    return false;
}

} // namespace

TEST_CASE("an interrupted run ends at once and says so") {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        CAPTURE(number);
        Scene scene;
        auto runner = scene.start_run(scene.declare("ignore-signals\n" + running));
        const auto machine = scene.await_mark("running");
        // As long as it runs, a stale file must not be taken for a result.
        CHECK(junit_result(scene.junit) == "error runner-aborted");
        const auto begin = std::chrono::steady_clock::now();
        runner.kill(number);
        const auto ending = runner.wait();
        CHECK(std::chrono::steady_clock::now() - begin < grace);
        CAPTURE(ending.errors);
        CHECK(ending.status() == 130);
        CHECK(junit_result(scene.junit) == "error interrupted");
        CHECK(contains(
            ending.errors,
            number == SIGINT    ? "by SIGINT"
            : number == SIGTERM ? "by SIGTERM"
                                : "by SIGHUP"));
        CHECK(::kill(machine, 0) < 0);
        CHECK(std::filesystem::exists(scene.output / "subject.journal"));
        scene.check_clean();
    }
}

TEST_CASE(
    "SIGTERM and SIGKILL for the group, as Meson sends them, leave a result and nothing else") {
    Scene scene;
    auto runner = scene.start_run(scene.declare("ignore-signals\n" + running));
    const auto machine = scene.await_mark("running");
    const pid_t group = runner.pid();
    ::kill(-group, SIGTERM);
    static_cast<void>(runner.wait_for(grace));
    ::kill(-group, SIGKILL);
    CHECK(await_end(machine));
    CHECK(junit_result(scene.junit) == "error interrupted");
    scene.check_clean();
}

TEST_CASE("a killed runner takes its machine with it, and the next run its directory") {
    Scene scene;
    const auto descriptor = scene.declare("ignore-signals\n" + running);
    auto runner = scene.start_run(descriptor);
    const auto machine = scene.await_mark("running");
    ::kill(-runner.pid(), SIGKILL);
    CHECK(runner.wait().exit.signal == SIGKILL);
    CHECK(await_end(machine));
    CHECK_MESSAGE(no_child_left(patience), "guard and journal receiver end with the machine");
    CHECK(junit_result(scene.junit) == "error runner-aborted");
    CHECK(scene.run_directories().size() == 1);
    SUBCASE("by gc") {
        const auto collected = scene.start({"gc"}).wait();
        CHECK(collected.status() == 0);
        CHECK(contains(collected.errors, "1 dead runs removed"));
        CHECK(contains(scene.start({"gc"}).wait().errors, "Nothing was left behind"));
    }
    SUBCASE("by a run") {
        CHECK(scene.run(scene.declare("exit 0\n")).status() == 99);
    }
    scene.check_clean();
}

TEST_CASE("gc kills the machine of a runner that was killed with its guard") {
    Scene scene;
    auto runner = scene.start_run(scene.declare("ignore-signals\n" + running));
    const auto machine = scene.await_mark("running");
    REQUIRE(await_record(scene));
    int guards = 0;
    for (const auto child : children_of(runner.pid()))
        if (is_guard(child)) {
            ++guards;
            ::kill(child, SIGKILL);
            // Until then it may hold the runner's lock.
            CHECK(await_end(child));
        }
    CHECK(guards >= 1);
    runner.kill(SIGKILL);
    static_cast<void>(runner.wait());
    CHECK(::kill(machine, 0) == 0);
    CHECK(scene.start({"gc"}).wait().status() == 0);
    CHECK(await_end(machine));
    CHECK(no_child_left(patience));
    scene.check_clean();
}

TEST_CASE("gc leaves a run alone that lives") {
    Scene scene;
    auto runner = scene.start_run(scene.declare(running));
    const auto machine = scene.await_mark("running");
    CHECK(contains(scene.start({"gc"}).wait().errors, "Nothing was left behind"));
    CHECK(::kill(machine, 0) == 0);
    CHECK(scene.run_directories().size() == 1);
    runner.kill(SIGTERM);
    CHECK(runner.wait().status() == 130);
    scene.check_clean();
}

TEST_CASE("a program that is asked for its version does not outlive the runner") {
    Scene scene;
    scene.environment["FAKE_MACHINE_VERSION"] = "hang";
    for (const int number : {SIGTERM, SIGKILL}) {
        CAPTURE(number);
        auto runner = scene.start_run(scene.declare(running));
        const auto probe = scene.await_mark("probe");
        // The program may be faster than the runner, which has to start the guard yet.
        REQUIRE(await_guard(runner.pid()));
        runner.kill(number);
        static_cast<void>(runner.wait());
        CHECK(await_end(probe));
        CHECK(no_child_left(patience));
        CHECK(junit_result(scene.junit) == "error runner-aborted");
    }
}

TEST_CASE("a second run of the same test says that there is a first") {
    Scene scene;
    const auto descriptor = scene.declare(running);
    auto first = scene.start_run(descriptor);
    scene.await_mark("running");
    scene.junit = scene.root / "second.xml";
    const auto second = scene.run(descriptor);
    CHECK(second.status() == 99);
    CHECK(contains(
        second.errors,
        "Another run of this test writes '"
            + (scene.output / "subject.run" / "console.log").string()));
    CHECK(contains(second.errors, "(Wait for it, or choose another place with --output-dir)"));
    CHECK(junit_result(scene.junit) == "error not-run");
    first.kill(SIGTERM);
    CHECK(first.wait().status() == 130);
    scene.check_clean();
}

TEST_CASE("twenty tests at once do not disturb each other") {
    const Scene scene;
    std::vector<Started> runners;
    for (int i = 0; i < 20; ++i) {
        const auto name = fmt::format("subject-{}", i);
        const auto end = fmt::format(
            "connect\nconsole this is {}\\n\njournal {}\nnotify EXIT_STATUS={}\nexit 0\n",
            name,
            journal_text("passed").string(),
            100 + i);
        runners.push_back(scene.start(
            {"run",
             scene.declare(end, fmt::format("exit-code: {}\n", 100 + i), name).string(),
             "--output-dir",
             scene.output.string()}));
    }
    for (int i = 0; i < 20; ++i) {
        const auto ending = runners.at(static_cast<std::size_t>(i)).wait();
        CAPTURE(ending.errors);
        CHECK(ending.status() == 0);
        const auto console = read_file(scene.output / fmt::format("subject-{}.run/console.log", i));
        CHECK(console == fmt::format("this is subject-{}\n", i));
    }
    scene.check_clean();
}

} // namespace bootproof
