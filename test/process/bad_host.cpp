// SPDX-License-Identifier: LGPL-2.1-or-later
#include "private_mounts.hpp"
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>
#include <unistd.h>

namespace bootproof {

namespace {

const std::string pass = fmt::format(
    "connect\njournal {}\nnotify EXIT_STATUS=123\nexit 0\n", journal_text("passed").string());

/// Exit status 99, one line that names the thing, and the remedy; nothing was booted.
void check_refused(
    Scene& scene, const Ending& ending, const std::string& line, const std::string& hint) {
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    auto expected = fmt::format("bootproof: {}\n", line);
    if (!hint.empty())
        expected += fmt::format("({})\n", hint);
    CHECK(ending.errors == expected);
    CHECK(!scene.was_started());
    CHECK(junit_result(scene.junit) == "error not-run");
    CHECK(junit_message(scene.junit) == line);
    scene.check_clean();
}

} // namespace

TEST_CASE("the directory of the JUnit file is made") {
    Scene scene;
    scene.junit = scene.root / "not" / "yet" / "there" / "junit.xml";
    CHECK(scene.run(scene.declare(pass)).status() == 0);
    CHECK(std::filesystem::exists(scene.junit));
}

TEST_CASE("a host without QEMU") {
    Scene scene;
    scene.environment["BOOTPROOF_QEMU"] = "";
    scene.environment["PATH"] = scene.record.string();
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        "'qemu-system-x86_64' was not found in $PATH",
        "Install QEMU (Debian: qemu-system-x86); bootproof doctor says what else this host lacks");
}

TEST_CASE("a QEMU that is not there") {
    Scene scene;
    scene.environment["BOOTPROOF_QEMU"] = "/dev/null/qemu";
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        "There is no QEMU at '/dev/null/qemu'",
        "Say another with --qemu; bootproof doctor says what else this host lacks");
}

TEST_CASE("a QEMU that is none") {
    Scene scene;
    scene.environment["FAKE_MACHINE_VERSION"] = "GNU hello";
    const auto ending = scene.run(scene.declare(pass));
    CHECK(ending.status() == 99);
    CHECK(contains(
        ending.errors, fmt::format("'{}' does not say its version: GNU hello", FAKE_MACHINE)));
    CHECK(!scene.was_started());
    scene.check_clean();
}

TEST_CASE("no image yet") {
    Scene scene;
    std::filesystem::remove(scene.image);
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        fmt::format("There is no image: '{}' is missing", scene.image.string()),
        fmt::format("Build the image: meson compile -C {} mkosi", scene.root.string()));
}

TEST_CASE("an image that has lost its disk") {
    Scene scene;
    const auto disk = scene.image.parent_path() / "disk.raw";
    std::filesystem::remove(disk);
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        fmt::format("'{}' of the image is missing or cannot be read", disk.string()),
        fmt::format("Build the image: meson compile -C {} mkosi", scene.root.string()));
}

TEST_CASE("a manifest that is none") {
    Scene scene;
    write_file(scene.image, "format: 1\nflavour: sweet\n", 0644);
    const auto ending = scene.run(scene.declare(pass));
    CHECK(ending.status() == 99);
    CHECK(contains(
        ending.errors, fmt::format("{}:2:1: Unknown key 'flavour'", scene.image.string())));
    CHECK(!scene.was_started());
    scene.check_clean();
}

TEST_CASE("an output directory that cannot be") {
    Scene scene;
    scene.output = "/dev/null/out";
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        "Failed to create '/dev/null/out/subject.run': Not a directory",
        "Choose another place with --output-dir");
}

TEST_CASE("nowhere to put what a guest writes") {
    Scene scene;
    scene.environment["TMPDIR"] = "/dev/null/tmp";
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        "'/dev/null/tmp', where disks of guests go, is no directory that can be written",
        "Set TMPDIR to a directory with room; bootproof doctor says what else this host lacks");
}

TEST_CASE("a runtime directory that is too deep for sockets") {
    Scene scene;
    scene.runtime = scene.root / std::string(100, 'r');
    scene.environment["XDG_RUNTIME_DIR"] = scene.runtime.string();
    const auto ending = scene.run(scene.declare(pass));
    CHECK(ending.status() == 99);
    CHECK(contains(
        ending.errors,
        "is too long for the path of a socket\n(Set XDG_RUNTIME_DIR to a shorter directory)\n"));
    CHECK(!scene.was_started());
    scene.check_clean();
}

TEST_CASE("a runtime directory that is not private") {
    Scene scene;
    std::filesystem::create_directory(scene.runtime / "bootproof");
    std::filesystem::permissions(scene.runtime / "bootproof", std::filesystem::perms::all);
    check_refused(
        scene,
        scene.run(scene.declare(pass)),
        fmt::format(
            "'{}' is not a private directory of this user", (scene.runtime / "bootproof").string()),
        "Remove it, or leave it to this user alone (chmod 700)");
}

TEST_CASE("a JUnit file that cannot be written") {
    Scene scene;
    scene.junit = "/dev/null/junit.xml";
    const auto ending = scene.run(scene.declare(pass));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "bootproof: Failed to create '/dev/null/junit.xml"));
    CHECK(!scene.was_started());
    scene.check_clean();
}

TEST_CASE("what cannot be kept beside the journal does not change the verdict") {
    const Scene scene;
    const auto in_the_way = scene.output / "subject.run" / "events.log";
    std::filesystem::create_directories(in_the_way);
    const auto disk = small_disk(in_the_way, 256);
    if (!disk) {
        MESSAGE("not tried: this user may not mount");
        return;
    }
    const auto ending = scene.run(scene.declare(pass));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "Warning: Failed to create"));
}

TEST_CASE("a disk that is full stops the run and names the file") {
    const Scene scene;
    std::filesystem::create_directory(scene.output);
    const auto disk = small_disk(scene.output, 256);
    if (!disk) {
        MESSAGE("not tried: this user may not mount");
        return;
    }
    const auto ending = scene.run(scene.declare("connect\nconsole-flood 1048576\nhang\n"));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    const auto log = scene.output / "subject.run" / "console.log";
    CHECK(contains(
        ending.errors, fmt::format("Failed to write '{}': No space left on device", log.string())));
    CHECK(contains(ending.errors, "(Make room on that file system"));
    CHECK(junit_result(scene.junit) == "error not-run");
    scene.check_clean();
}

TEST_CASE("a disk with no room for the journal says so in the result") {
    const Scene scene;
    std::filesystem::create_directory(scene.output);
    const auto disk = small_disk(scene.output, 64);
    if (!disk) {
        MESSAGE("not tried: this user may not mount");
        return;
    }
    const auto ending = scene.run(scene.declare(pass));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(junit_result(scene.junit) == "error journal-missing");
    CHECK(contains(ending.errors, "No space left on device"));
    scene.check_clean();
}

} // namespace bootproof
