// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace bootproof {

namespace {

const std::string begins =
    "connect\nnotify READY=1\njournal " + journal_text("passed").string() + "\n";

const std::string is_kept = "await-qmp stop\nevent STOP\nawait-qmp migrate\nkeep\n"
                            "qmp {\"event\": \"MIGRATION\", \"data\": {\"status\": "
                            "\"completed\"}}\nawait-qmp quit\nexit 0\n";

Ending keep(const Scene& scene, const std::string& script, const std::string& more = {}) {
    return scene.run(scene.declare(begins + script, more), {"--keep=failed"});
}

std::filesystem::path kept(const Scene& scene, const std::string& file = {}) {
    return scene.output / "subject.machine" / file;
}

UniqueFd open_terminal(int controller) {
    ::grantpt(controller);
    ::unlockpt(controller);
    std::array<char, 64> name{};
    ::ptsname_r(controller, name.data(), name.size());
    return UniqueFd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
}

Ending resume_at_terminal(const Scene& scene) {
    const UniqueFd controller(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    const auto terminal = open_terminal(controller.get());
    Started resumed(
        {.command = {BOOTPROOF, "resume", "-o", scene.output.string(), "subject"},
         .environment = scene.environment,
         .standard_input = terminal.get(),
         .descriptors = {}},
        scene.root / "resume.out",
        scene.root / "resume.err");
    return resumed.wait();
}

} // namespace

TEST_CASE("a machine whose test fails is saved with what it has written, and its verdict stands") {
    const Scene scene;
    const auto ending = keep(scene, "end-test 42 waits\n" + is_kept);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 1);
    CHECK(junit_result(scene.junit) == "failure unit-failed");
    CHECK(contains(junit_message(scene.junit), "Exit status 42"));
    CHECK(contains(ending.errors, "Resume: bootproof resume -o " + scene.output.string()));
    CHECK(read_file(kept(scene, "state")) == "state");
    CHECK(read_file(kept(scene, "fd-8")).starts_with("disk"));
    const auto machine = read_file(kept(scene, "machine.json"));
    CHECK(contains(machine, "\"reason\": \"unit-failed\""));
    CHECK(contains(machine, "backing.file.filename=/@KEPT@/base"));
    CHECK(std::filesystem::status(kept(scene)).permissions() == std::filesystem::perms::owner_all);
    scene.check_clean();
}

TEST_CASE("a machine that is at its deadline is kept after it was asked what it is doing") {
    const Scene scene;
    const auto ending = keep(scene, "await-qmp info registers\n" + is_kept, "timeout: 2\n");
    CHECK(ending.status() == 1);
    CHECK(junit_result(scene.junit) == "failure timeout");
    CHECK(std::filesystem::exists(kept(scene, "machine.json")));
}

TEST_CASE("a machine that resets itself unasked is kept before it does") {
    const Scene scene;
    const auto ending = keep(scene, "event SHUTDOWN guest-reset\nevent STOP\n" + is_kept);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 1);
    CHECK(junit_result(scene.junit) == "failure unexpected-reset");
    CHECK(std::filesystem::exists(kept(scene, "machine.json")));
}

TEST_CASE("nothing is kept of a test that passes, and what an earlier run has kept goes") {
    const Scene scene;
    CHECK(keep(scene, "end-test 1 waits\n" + is_kept).status() == 1);
    CHECK(std::filesystem::exists(kept(scene)));
    // For 'rerun', which keeps nothing.
    CHECK(contains(read_file(scene.output / "subject.run" / "verdict.json"), "--machine=vm"));
    const std::string passes = "notify EXIT_STATUS=123\nevent SHUTDOWN guest-shutdown\n"
                               "event STOP\nawait-qmp quit\nexit 0\n";
    const auto ending = keep(scene, passes);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK_FALSE(std::filesystem::exists(kept(scene)));
}

TEST_CASE("a machine that cannot be saved is told of, and its verdict stands") {
    const Scene scene;
    const auto ending = keep(
        scene,
        "end-test 42 waits\nawait-qmp stop\nawait-qmp migrate\n"
        "qmp {\"error\": {\"desc\": \"State blocked by non-migratable device\"}}\nhang\n");
    CHECK(ending.status() == 1);
    CHECK(junit_result(scene.junit) == "failure unit-failed");
    CHECK(contains(
        ending.errors,
        "The machine of subject is not kept: State blocked by non-migratable device"));
    CHECK_FALSE(std::filesystem::exists(kept(scene)));
}

TEST_CASE("whoever interrupts the saving of a machine wants no other attempt") {
    Scene scene;
    const auto descriptor = scene.declare(
        "connect\nend-test 42 waits\nawait-qmp stop\nawait-qmp migrate\nmark saving\nhang\n");
    auto runner = scene.start_run(descriptor, {"--keep=failed", "--retries=2", "--retry-failures"});
    scene.await_mark("saving");
    runner.kill(SIGINT);
    const auto ending = runner.wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 130);
    CHECK(junit_result(scene.junit) == "failure unit-failed");
    CHECK_FALSE(contains(ending.errors, "tried again"));
    scene.check_clean();
}

TEST_CASE("a test whose machine cannot be kept runs all the same") {
    const Scene scene;
    const auto ending =
        keep(scene, "notify EXIT_STATUS=1\nevent SHUTDOWN guest-shutdown\nexit 0\n", "tpm: true\n");
    CHECK(contains(ending.errors, "The machine of subject is not kept: its TPM is"));
    CHECK_FALSE(std::filesystem::exists(kept(scene)));
}

TEST_CASE("what cannot be resumed says why") {
    const Scene scene;
    const auto resume = [&](const std::string& name) {
        return scene.start({"resume", "-o", scene.output.string(), name}).wait();
    };
    CHECK(contains(resume("subject").errors, "standard input is none"));
    CHECK(contains(resume_at_terminal(scene).errors, "No run has left anything"));
}

TEST_CASE("a QEMU that refuses its command line is an error, and one that is ended is none") {
    Scene scene;
    const auto qemu = scene.root / "qemu-system-fake";
    std::filesystem::create_symlink(FAKE_MACHINE, qemu);
    scene.environment["BOOTPROOF_QEMU"] = qemu.string();
    const auto script = fmt::format(
        "once {}\n{}end-test 42 waits\n{}again\nonce {}\nstderr Failed to setgid\nexit 1\nagain\n"
        "exit 0\n",
        (scene.root / "kept").string(),
        begins,
        is_kept,
        (scene.root / "refused").string());
    CHECK(scene.run(scene.declare(script), {"--keep=failed"}).status() == 1);
    const auto machine = read_file(kept(scene, "machine.json"));
    CHECK_FALSE(contains(machine, "user=nobody"));
    const auto refused = resume_at_terminal(scene);
    CAPTURE(refused.errors);
    CHECK(refused.status() == 99);
    CHECK(contains(refused.errors, "exited with status 1: Failed to setgid"));
    CHECK(resume_at_terminal(scene).status() == 0);
    scene.check_clean();
}

} // namespace bootproof
