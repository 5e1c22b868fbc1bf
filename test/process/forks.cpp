// SPDX-License-Identifier: LGPL-2.1-or-later
#include "private_mounts.hpp"
#include "scene.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

namespace bootproof {

namespace {

/// Comes up, and is saved.
std::string saved(const std::string& journal = "passed") {
    return fmt::format(
        "connect\nnotify READY=1\njournal {}\nagent ready\nawait-qmp stop\n"
        "event STOP\nawait-qmp migrate\nsave\nqmp {{\"event\": \"MIGRATION\", \"data\": "
        "{{\"status\": \"completed\"}}}}\nawait-qmp quit\nexit 0",
        journal_text(journal).string());
}

/// The same, once the FIFO was opened.
std::string saved_after(const std::filesystem::path& fifo) {
    constexpr std::string_view first = "connect\n";
    return fmt::format("{}mark booting\nwait {}\n", first, fifo.string())
           + saved().substr(first.size());
}

const std::string fork_begins = "connect\nawait-qmp migrate-incoming\nevent RESUME\n"
                                "await-agent go\nagent uptime 43.20\n";

const std::string fork_ends = "notify EXIT_STATUS=123\\nX_SYSTEMD_SHUTDOWN=poweroff\n"
                              "event SHUTDOWN guest-shutdown\nexit 0";

const std::string forked =
    fork_begins + "mark forked\njournal " + journal_text("forked").string() + "\n" + fork_ends;

std::vector<std::filesystem::path> machines_in(const Scene& scene) {
    std::vector<std::filesystem::path> machines;
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(scene.root / "machines", ignored))
        if (entry.is_directory() && entry.path().filename().string().starts_with("machine."))
            machines.push_back(entry.path());
    return machines;
}

std::string list_machines(const Scene& scene) {
    auto ending = scene.start({"machines", "-C", scene.root.string()}).wait();
    return ending.output + ending.errors;
}

std::filesystem::path make_fifo(const Scene& scene) {
    auto path = scene.root / "fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    return path;
}

/// Lets the one go on who waits there, as soon as it does.
void open_fifo(const std::filesystem::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    CHECK(fd);
}

/// There is no event for what another process prints; the deadline ends this loop at the latest.
bool await_words(const Started& program, std::string_view words) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end)
        if (contains(program.errors(), words))
            return true;
    return false;
}

/// The image is another, in the same place.
void rebuild_image(const Scene& scene) {
    auto manifest = read_file(scene.image);
    const auto digest = manifest.find(std::string(64, 'd'));
    REQUIRE(digest != std::string::npos);
    manifest.replace(digest, 64, std::string(64, 'e'));
    write_file(scene.image, manifest, 0644);
}

} // namespace

TEST_CASE("the first test boots the machine, and the next ones only fork it") {
    Scene scene;
    const auto test = scene.declare_fork(saved(), forked);
    for (int i = 0; i < 3; ++i) {
        const auto ending = scene.run(test);
        CAPTURE(ending.errors);
        CHECK(ending.status() == 0);
        CHECK(contains(ending.errors, "Booting the machine") == (i == 0));
        CHECK(junit_result(scene.junit).empty());
        scene.check_clean();
    }
    CHECK(machines_in(scene).size() == 1);
    const auto table = list_machines(scene);
    CAPTURE(table);
    CHECK(contains(table, "linux-128M-2cpu-tcg-"));
    CHECK(contains(table, "  subject\n"));
    CHECK(contains(table, " 3 "));
}

TEST_CASE("the journal of a forked test begins with the boot of its machine") {
    Scene scene;
    const auto test = scene.declare_fork(saved(), forked);
    CHECK(scene.run(test).status() == 0);
    JournalFile journal(scene.output / "subject.journal");
    journal.seek_head();
    REQUIRE(journal.next());
    CHECK(journal.monotonic() == std::chrono::seconds(1));
    journal.seek_tail();
    REQUIRE(journal.previous());
    CHECK(journal.monotonic() == std::chrono::seconds(44));
}

TEST_CASE("the journal of the boot does not vouch for that of the test") {
    Scene scene;
    const auto ending = scene.run(scene.declare_fork(saved(), fork_begins + fork_ends));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(junit_result(scene.junit) == "error journal-missing");
}

TEST_CASE("a machine whose journal is not whole is none") {
    Scene scene;
    auto script = saved();
    const std::string before = "save\n";
    // It was whole when the machine was stopped, but more came while it was saved.
    script.insert(
        script.find(before), fmt::format("journal {}\n", journal_text("truncated").string()));
    const auto ending = scene.run(scene.declare_fork(script, forked));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(junit_result(scene.junit) == "error boot-failed");
    CHECK(contains(ending.errors, "its journal is lost, or a part of it"));
    CHECK_FALSE(contains(list_machines(scene), "linux-128M"));
}

TEST_CASE(
    "a clone that is killed leaves its machine to others, one that was never heard of does not") {
    Scene scene;
    CHECK(scene.run(scene.declare_fork(saved(), forked)).status() == 0);
    const auto before = machines_in(scene);
    auto ending = scene.run(scene.declare_fork(saved(), "connect\nsignal 9"));
    CHECK(junit_result(scene.junit) == "error machine-killed");
    CHECK(machines_in(scene) == before);
    // Nothing was ever heard of this one: what it was loaded from may be to blame.
    scene.environment["BOOTPROOF_TIMEOUT_FACTOR"] = "0.01";
    ending = scene.run(scene.declare_fork(saved(), "connect\nhang", "timeout: 100\n"));
    CHECK(ending.status() == 1);
    scene.environment["BOOTPROOF_TIMEOUT_FACTOR"] = "1";
    ending = scene.run(scene.declare_fork(saved(), forked));
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "Booting the machine"));
}

TEST_CASE("a machine that does not come up is an error of its own, and the next run tries again") {
    Scene scene;
    auto test = scene.declare_fork("connect\nstderr no room\nexit 1", forked);
    const auto ending = scene.run(test);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "did not come up: QEMU exited with status 1"));
    CHECK(contains(ending.errors, "no room"));
    CHECK(junit_result(scene.junit) == "error boot-failed");
    scene.check_clean();
    test = scene.declare_fork(saved(), forked);
    CHECK(scene.run(test).status() == 0);
    CHECK(machines_in(scene).size() == 1);
}

TEST_CASE("a machine to fork from that does not come up is tried again") {
    Scene scene;
    const auto marker = (scene.root / "tried").string();
    const auto ending = scene.run(
        scene.declare_fork(fmt::format("once {}\nexit 3\nagain\n{}", marker, saved()), forked),
        {"--retries=1"});
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "subject is flaky: it passed at attempt 2"));
    CHECK(contains(read_file(scene.junit), "<flakyError type=\"boot-failed\""));
    CHECK(contains(scene.ask("report", {"--format=markdown"}).output, "Flaky: subject"));
}

TEST_CASE("a disk that is full under the machine's memory kills it, and that is said") {
    Scene scene;
    const auto ending = scene.run(scene.declare_fork("connect\nsignal 7", forked));
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "was ended by SIGBUS"));
    scene.check_clean();
}

TEST_CASE("no machine is begun where there is no room for it") {
    Scene scene;
    const auto test = scene.declare_fork(saved(), forked);
    std::filesystem::create_directories(scene.root / "machines");
    const auto disk = small_disk(scene.root / "machines", 1024);
    if (!disk) {
        MESSAGE("Mounting takes more than this user may");
        return;
    }
    const auto ending = scene.run(test);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "MiB free, but a saved machine may need 128"));
    CHECK_FALSE(scene.was_started());
}

TEST_CASE("all who wait for a machine hear why it did not come up, and none boots on its own") {
    Scene scene;
    const auto fifo = make_fifo(scene);
    const auto test = scene.declare_fork(
        fmt::format("connect\nmark booting\nwait {}\nstderr broken\nexit 1", fifo.string()),
        forked);
    const auto other = scene.declare_fork(
        scene.environment["FAKE_SAVED_SCRIPT"], forked, "timeout: 60\n", "other");
    auto first = scene.start_run(test);
    scene.await_mark("booting");
    auto second = scene.start({"run", other.string(), "-o", (scene.root / "other").string()});
    CHECK(await_words(second, "Waiting for a machine"));
    open_fifo(fifo);
    for (auto* run : {&first, &second}) {
        const auto ending = run->wait();
        CAPTURE(ending.errors);
        CHECK(ending.status() == 99);
        CHECK(contains(ending.errors, "broken"));
    }
    scene.check_clean();
}

TEST_CASE("who waits for a machine forks it when it is there") {
    Scene scene;
    const auto fifo = make_fifo(scene);
    const auto test = scene.declare_fork(saved_after(fifo), forked);
    const auto other =
        scene.declare_fork(scene.environment["FAKE_SAVED_SCRIPT"], forked, {}, "other");
    auto first = scene.start_run(test);
    scene.await_mark("booting");
    auto second = scene.start({"run", other.string(), "-o", (scene.root / "other").string()});
    CHECK(await_words(second, "Waiting for a machine"));
    open_fifo(fifo);
    for (auto* run : {&first, &second}) {
        const auto ending = run->wait();
        CAPTURE(ending.errors);
        CHECK(ending.status() == 0);
    }
    CHECK(machines_in(scene).size() == 1);
    CHECK(contains(list_machines(scene), "  other subject\n"));
}

TEST_CASE("who waits no longer than its time says so") {
    Scene scene;
    const auto test = scene.declare_fork("connect\nmark booting\nhang", forked);
    const auto other =
        scene.declare_fork(scene.environment["FAKE_SAVED_SCRIPT"], forked, "timeout: 1\n", "other");
    auto first = scene.start_run(test);
    scene.await_mark("booting");
    const auto ending =
        scene.start({"run", other.string(), "-o", (scene.root / "other").string()}).wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "Another run still boots"));
    CHECK(contains(ending.errors, "--boot=own"));
    first.kill(SIGTERM);
    CHECK(first.wait().status() == 130);
    scene.check_clean();
}

TEST_CASE("a runner that is killed while its machine boots leaves nothing that is trusted") {
    Scene scene;
    auto test = scene.declare_fork("connect\nmark booting\nhang", forked);
    auto killed = scene.start_run(test);
    const auto machine = scene.await_mark("booting");
    killed.kill(SIGKILL);
    killed.wait();
    CHECK(await_end(machine));
    CHECK(machines_in(scene).size() == 1);
    test = scene.declare_fork(saved(), forked);
    const auto ending = scene.run(test);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(machines_in(scene).size() == 1);
    scene.check_clean();
}

TEST_CASE("an interrupt while the machine boots is one, and others are not told that it failed") {
    Scene scene;
    auto test = scene.declare_fork("connect\nmark booting\nhang", forked);
    auto run = scene.start_run(test);
    scene.await_mark("booting");
    run.kill(SIGINT);
    CHECK(run.wait().status() == 130);
    CHECK(junit_result(scene.junit) == "error interrupted");
    test = scene.declare_fork(saved(), forked);
    CHECK(scene.run(test).status() == 0);
}

TEST_CASE("a machine whose files were cut short is made anew") {
    for (const auto* name : {"state", "ram", "journal", "facts", "class", "disk.qcow2"}) {
        CAPTURE(name);
        Scene scene;
        const auto test = scene.declare_fork(saved(), forked);
        CHECK(scene.run(test).status() == 0);
        std::filesystem::resize_file(machines_in(scene).at(0) / name, 1);
        const auto ending = scene.run(test);
        CAPTURE(ending.errors);
        CHECK(ending.status() == 0);
        CHECK(contains(ending.errors, "is made anew: it is damaged"));
        CHECK(machines_in(scene).size() == 1);
    }
}

TEST_CASE("a machine that QEMU cannot load is an error, and is made anew by the next run") {
    Scene scene;
    auto test = scene.declare_fork(saved(), "connect\nstderr load of migration failed\nexit 1");
    const auto ending = scene.run(test);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "load of migration failed"));
    test = scene.declare_fork(saved(), forked);
    const auto next = scene.run(test);
    CHECK(next.status() == 0);
    CHECK(contains(next.errors, "Booting the machine"));
    CHECK(machines_in(scene).size() == 1);
}

TEST_CASE(
    "an image that is built anew while a clone runs makes another machine, and takes none away") {
    Scene scene;
    const auto fifo = make_fifo(scene);
    auto test = scene.declare_fork(
        saved(),
        fork_begins + fmt::format("mark running\nwait {}\n", fifo.string())
            + forked.substr(fork_begins.size()));
    auto running = scene.start_run(test);
    scene.await_mark("running");
    const auto before = machines_in(scene);
    rebuild_image(scene);
    test = scene.declare_fork(saved(), forked, {}, "other");
    const auto other =
        scene.start({"run", test.string(), "-o", (scene.root / "other").string()}).wait();
    CAPTURE(other.errors);
    CHECK(other.status() == 0);
    CHECK(contains(other.errors, "is made anew: it was made with another image"));
    CHECK(machines_in(scene).size() == 2);
    CHECK(std::filesystem::exists(before.at(0) / "ram"));
    open_fifo(fifo);
    CHECK(running.wait().status() == 0);
    CHECK(
        scene.start({"run", test.string(), "-o", (scene.root / "other").string()}).wait().status()
        == 0);
    CHECK(machines_in(scene).size() == 1);
}

TEST_CASE("gc removes saved machines, but none that is in use") {
    Scene scene;
    const auto fifo = make_fifo(scene);
    const auto test = scene.declare_fork(
        saved(),
        fork_begins + fmt::format("mark running\nwait {}\n", fifo.string())
            + forked.substr(fork_begins.size()));
    auto running = scene.start_run(test);
    scene.await_mark("running");
    CHECK(scene.start({"gc", "-C", scene.root.string()}).wait().status() == 0);
    CHECK(machines_in(scene).size() == 1);
    open_fifo(fifo);
    CHECK(running.wait().status() == 0);
    const auto collected = scene.start({"gc", "-C", scene.root.string()}).wait();
    CHECK(contains(collected.errors, "1 saved machines removed"));
    CHECK(machines_in(scene).empty());
    CHECK(contains(list_machines(scene), "There are no saved machines"));
}

TEST_CASE("the machine that was of no use for longest makes room for another") {
    Scene scene;
    scene.environment["BOOTPROOF_MACHINES"] = "1";
    auto test = scene.declare_fork(saved(), forked);
    CHECK(scene.run(test).status() == 0);
    test = scene.declare_fork(saved(), forked, "memory: 256M\n");
    const auto ending = scene.run(test);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "Removed the saved machine linux-128M"));
    CHECK(machines_in(scene).size() == 1);
    CHECK(contains(list_machines(scene), "linux-256M"));
}

TEST_CASE("a clone that could not be made the test's is an error with the agent's words") {
    Scene scene;
    const auto test = scene.declare_fork(
        saved("coredump"),
        fork_begins
            + "agent mkdir: no room\nnotify EXIT_STATUS=188\nevent SHUTDOWN guest-shutdown\nexit "
              "0");
    const auto ending = scene.run(test);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(junit_result(scene.junit) == "error fork-failed");
    CHECK(contains(ending.errors, "mkdir: no room"));
}

TEST_CASE("a fork that was asked for and cannot be is an error that names the key") {
    Scene scene;
    const auto test = scene.declare_fork(saved(), forked, "reboots: 1\n");
    const auto ending = scene.run(test);
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "'reboots'"));
    CHECK(contains(ending.errors, "subject.yaml:6:"));
}

} // namespace bootproof
