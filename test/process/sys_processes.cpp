// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.hpp"
#include "open_descriptors.hpp"
#include "scene.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"
#include "sys/orphan_guard.hpp"
#include "sys/pipe.hpp"
#include "sys/run_program.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <set>

namespace bootproof {

namespace {

SpawnOptions shell(const std::string& command) {
    return {.command = {"sh", "-c", command}, .environment = {}, .descriptors = {}};
}

std::string message(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

} // namespace

TEST_CASE("how a child ended is known") {
    ChildProcess exits(shell("exit 7"));
    const auto exited = exits.wait();
    CHECK(exited.exit_status == 7);
    CHECK(exited.signal == 0);
    CHECK_FALSE(exits);
    ChildProcess dies(shell("kill -TERM $$"));
    const auto died = dies.wait();
    CHECK_FALSE(died.exit_status);
    CHECK(died.signal == SIGTERM);
}

TEST_CASE("a child that is forgotten is killed and reaped, and its descriptor closed") {
    const auto before = open_descriptors();
    pid_t pid = 0;
    {
        ChildProcess child(shell("trap '' TERM; while :; do read -r line </dev/zero; done"));
        pid = child.pid();
        CHECK(::kill(pid, 0) == 0);
        ChildProcess moved(std::move(child));
        CHECK_FALSE(child);
        CHECK(moved.pid() == pid);
    }
    CHECK(::kill(pid, 0) < 0);
    CHECK(errno == ESRCH);
    CHECK(open_descriptors() == before);
}

TEST_CASE("a child that replaces another leaves none behind") {
    pid_t first = 0;
    {
        ChildProcess child(shell("read -r line </dev/zero"));
        first = child.pid();
        child = ChildProcess(shell("exit 3"));
        CHECK(::kill(first, 0) < 0);
        CHECK(child.wait().exit_status == 3);
    }
    CHECK(no_child_left(Milliseconds(0)));
}

TEST_CASE("a program that is missing is named") {
    const auto start = [] {
        const ChildProcess child(
            {.command = {"/dev/null/program"}, .environment = {}, .descriptors = {}});
    };
    CHECK(message(start) == "Failed to start '/dev/null/program': Not a directory");
    CHECK(no_child_left(Milliseconds(0)));
}

TEST_CASE("a child gets environment, descriptors and no blocked signals") {
    const Scene scene;
    const auto file = scene.root / "given";
    const auto fd = create_file(file, 0600);
    SpawnOptions options = shell("echo \"$GIVEN\" >&9");
    options.environment = {{"GIVEN", "a value=with signs"}};
    options.descriptors = {{9, fd.get()}};
    CHECK(ChildProcess(options).wait().exit_status == 0);
    // main() has blocked SIGCHLD. A shell would not do: it blocks signals itself while it forks.
    options = {
        .command = {"grep", "SigBlk", "/proc/self/status"}, .environment = {}, .descriptors = {}};
    options.standard_output = fd.get();
    CHECK(ChildProcess(options).wait().exit_status == 0);
    CHECK(read_file(file) == "a value=with signs\nSigBlk:\t0000000000000000\n");
}

TEST_CASE("a program's output is collected, its time limited") {
    const auto quick =
        run_program({"sh", "-c", "echo out; echo err >&2; exit 4"}, std::chrono::seconds(30));
    CHECK(quick.text == "out\nerr\n");
    CHECK(quick.end.exit_status == 4);
    CHECK(quick.in_time);
    const auto slow =
        run_program({"sh", "-c", "echo begun; read -r line </dev/zero"}, std::chrono::seconds(1));
    CHECK_FALSE(slow.in_time);
    CHECK(slow.end.signal == SIGKILL);
    CHECK(
        message([] {
            read_output({"sh", "-c", "echo first; echo the reason; exit 1"});
        })
        == "'sh' failed: the reason");
    CHECK(no_child_left(Milliseconds(0)));
}

TEST_CASE("the guard kills the child when the one who made it is gone") {
    const auto before = open_descriptors();
    {
        ChildProcess child(shell("trap '' TERM; while :; do read -r line </dev/zero; done"));
        {
            OrphanGuard guard(child);
            // Moved into another, it guards on.
            OrphanGuard moved(std::move(guard));
            CHECK(::waitpid(child.pid(), nullptr, WNOHANG) == 0);
        }
        // The destructor waits for the guard, so that the signal was sent.
        CHECK(child.wait().signal == SIGKILL);
    }
    CHECK(open_descriptors() == before);
    CHECK(no_child_left(Milliseconds(0)));
}

TEST_CASE("a child that cleans up after itself is told to end before it is killed") {
    auto [reader, writer] = make_pipe();
    // Its pipe is ready as soon as it listens to the signal.
    auto options = shell("trap 'exit 7' TERM; echo; while :; do sleep 0.01; done");
    options.standard_output = writer.get();
    ChildProcess child(options);
    EventLoop loop;
    const auto listens = loop.on_readable(reader.get(), [&] { loop.stop(); });
    loop.run();
    { const OrphanGuard guard(child, std::chrono::seconds(20)); }
    CHECK(child.wait().exit_status == 7);
    CHECK(no_child_left(Milliseconds(0)));
}

TEST_CASE("the guard ends when the child does") {
    ChildProcess child(shell("exit 5"));
    CHECK(await_end(child.pid()));
    { const OrphanGuard guard(child); }
    CHECK(child.wait().exit_status == 5);
    CHECK(no_child_left(Milliseconds(0)));
}

TEST_CASE("a lock has one holder, and goes with it") {
    const Scene scene;
    auto held = try_lock(scene.root);
    CHECK(held);
    CHECK_FALSE(try_lock(scene.root));
    // A child that runs (and not only is about to) has not inherited it.
    auto [reader, writer] = make_pipe();
    auto options = shell("echo; read -r line </dev/zero");
    options.standard_output = writer.get();
    const ChildProcess child(options);
    EventLoop loop;
    const auto speaks = loop.on_readable(reader.get(), [&] { loop.stop(); });
    loop.run();
    held.reset();
    CHECK(try_lock(scene.root));
    CHECK_FALSE(try_lock(scene.root / "missing"));
    CHECK(lock_file(scene.root / "made"));
    CHECK(
        message([] { lock_file("/dev/null/lock"); })
        == "Failed to lock '/dev/null/lock': Not a directory");
}

TEST_CASE("files are written whole, or not at all") {
    const Scene scene;
    const auto file = scene.root / "file";
    write_file(file, "old", 0600);
    replace_file(file, "new");
    CHECK(read_file(file) == "new");
    CHECK(read_file(file, 2) == "ne");
    CHECK(read_file_tail(file, 2) == "ew");
    CHECK(read_file_tail(scene.root / "missing", 2).empty());
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    CHECK(
        message([&] { write_all(full.get(), "x", "/dev/full"); })
        == "Failed to write '/dev/full': No space left on device");
}

TEST_CASE("a file that cannot be replaced leaves none beside it") {
    const Scene scene;
    const auto place = scene.root / "place";
    std::filesystem::create_directory(place);
    CHECK(
        message([&] { replace_file(place, "x"); })
        == fmt::format("Failed to write '{}': Is a directory", place.string()));
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(scene.root))
        if (const auto name = entry.path().filename().string(); name.starts_with("place"))
            names.insert(name);
    CHECK(names == std::set<std::string>{"place"});
}

} // namespace bootproof
