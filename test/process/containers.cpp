// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/cgroup.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <csignal>

using namespace bootproof;

namespace {

/// A run in a container that has passed.
std::string passing() {
    return fmt::format(
        "connect\nconsole Welcome\\n\nnotify STATUS=Booting\njournal {}/journal/passed.export\n"
        "notify EXIT_STATUS=123\\nX_SYSTEMD_SHUTDOWN=exit\nexit 123\n",
        PROCESS_TEST_DATA);
}

/// Containers take privileges that this user or sandbox may not have; then the runner says so, and
/// there is nothing to try.
bool can_try(Scene& scene) {
    const auto plan = scene.start({"plan", scene.declare_container(passing()).string()}).wait();
    if (contains(plan.output, "# A container: "))
        return true;
    MESSAGE("not tried: no container can be run here");
    return false;
}

/// Control groups of this scene's runs, by the name of the test.
std::size_t cgroups_left() {
    std::size_t count = 0;
    std::error_code ignored;
    for (const auto* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
        for (const auto& entry : std::filesystem::directory_iterator(root, ignored))
            if (entry.path().filename().string().starts_with("bootproof-subject"))
                ++count;
    return count;
}

} // namespace

TEST_CASE("a container runs, is heard, and leaves nothing") {
    Scene scene;
    if (!can_try(scene))
        return;
    const auto ending = scene.run(scene.declare_container(passing()));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "container)"));
    CHECK(read_file(scene.output / "subject.run" / "console.log") == "Welcome\n");
    CHECK(contains(read_file(scene.output / "subject.run" / "events.log"), "STATUS=Booting"));
    CHECK(cgroups_left() == 0);
    scene.check_clean();
}

TEST_CASE("a reboot starts the container again") {
    Scene scene;
    if (!can_try(scene))
        return;
    // The first boot makes a file, and the second finds it.
    const auto ending = scene.run(scene.declare_container(
        fmt::format(
            "connect\nonce {}\nnotify EXIT_STATUS=0\\nX_SYSTEMD_SHUTDOWN=reboot\nexit 133\n"
            "again\njournal {}/journal/passed.export\nnotify EXIT_STATUS=123\nexit 123\n",
            (scene.record / "booted").string(),
            PROCESS_TEST_DATA),
        "reboots: 1\n"));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    scene.check_clean();
}

TEST_CASE("a reboot that nobody declared ends the container") {
    Scene scene;
    if (!can_try(scene))
        return;
    const auto ending = scene.run(scene.declare_container("connect\nexit 133\n"));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 1);
    CHECK(contains(ending.errors, "unexpected-reset"));
    CHECK(!contains(ending.errors, "systemd-nspawn says"));
    scene.check_clean();
}

TEST_CASE("a container that hangs is ended at the deadline with all that is in it") {
    Scene scene;
    if (!can_try(scene))
        return;
    const auto ending = scene.run(
        scene.declare_container("connect\nnotify STATUS=Stuck\norphan\nhang\n", "timeout: 1\n"));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 1);
    CHECK(contains(ending.errors, "timeout: Timed out"));
    CHECK(contains(ending.errors, "last status: Stuck"));
    CHECK(cgroups_left() == 0);
    scene.check_clean();
}

TEST_CASE("a runner that is killed takes its container along, and the next run its control group") {
    Scene scene;
    if (!can_try(scene))
        return;
    const auto descriptor = scene.declare_container("connect\nmark up\nhang\n");
    auto runner = scene.start_run(descriptor);
    scene.await_mark("up");
    runner.kill(SIGKILL);
    runner.wait();
    CHECK_MESSAGE(no_child_left(patience), "the container ends with its runner");
    const auto ending = scene.run(scene.declare_container(passing()));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(cgroups_left() == 0);
    scene.check_clean();
}

TEST_CASE("a flood on the console and of messages ends neither the run nor the runner") {
    Scene scene;
    if (!can_try(scene))
        return;
    const auto ending = scene.run(scene.declare_container(fmt::format(
        "connect\nconsole-flood 4194304\nnotify-flood 30000\nnotify-size 9000\nnotify \n"
        "journal {}/journal/passed.export\nnotify EXIT_STATUS=123\nexit 123\n",
        PROCESS_TEST_DATA)));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(std::filesystem::file_size(scene.output / "subject.run" / "console.log") == 4194304);
}

TEST_CASE("an exit status that systemd-nspawn does not confirm is no pass") {
    Scene scene;
    if (!can_try(scene))
        return;
    const auto ending = scene.run(scene.declare_container(fmt::format(
        "connect\njournal {}/journal/passed.export\nnotify EXIT_STATUS=123\nexit 1\n",
        PROCESS_TEST_DATA)));
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "status-contradicted"));
}

TEST_CASE(
    "a container that cannot be had is said, and a virtual machine is taken where it may be") {
    Scene scene;
    const auto nowhere = (scene.root / "nowhere").string();
    scene.environment.insert_or_assign("BOOTPROOF_NSPAWN", nowhere);
    const auto descriptor = scene.declare_container(passing());
    const auto plan = scene.start({"plan", descriptor.string()}).wait();
    CHECK(contains(plan.output, "# A virtual machine: no container can be run here: "));
    const auto asked = scene.start({"run", "--machine=container", descriptor.string()}).wait();
    CHECK(asked.status() == 99);
    CHECK(contains(asked.errors, "A container was asked for, but cannot be run here"));
    CHECK(contains(asked.errors, "nowhere' cannot be executed"));
    scene.environment.insert_or_assign("TEST_NO_QEMU", std::string(1, '1'));
    const auto skipped = scene.run(scene.declare_container(passing(), "vm: true\n"));
    CHECK(skipped.status() == 77);
    CHECK(contains(skipped.errors, "TEST_NO_QEMU"));
}

TEST_CASE("a control group goes with what is in it, and one that is not there is no fault") {
    remove_cgroup("bootproof-no-such-group");
}
