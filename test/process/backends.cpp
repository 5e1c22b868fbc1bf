// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace bootproof {

namespace {

/// A mkosi that starts the fake machine, and has something to clean up when it is told to end.
void put_fake_mkosi(Scene& scene) {
    const auto directory = scene.root / "bin";
    std::filesystem::create_directory(directory);
    write_file(
        directory / "mkosi",
        fmt::format(
            "#!/bin/sh\n"
            "[ \"$1\" = --version ] && {{ echo mkosi 25.3; exit 0; }}\n"
            "trap 'echo cleaned >\"$FAKE_MACHINE_RECORD/cleaned\"; kill -KILL $machine; exit 1' "
            "TERM\n"
            "{} \"$@\" &\n"
            "machine=$!\n"
            "wait\n",
            FAKE_MACHINE),
        0755);
    scene.environment["PATH"] = fmt::format("{}:{}", directory.string(), std::getenv("PATH"));
    auto manifest = nlohmann::json::parse(read_file(scene.image));
    manifest["mkosi-options"] = {"--directory=/nowhere"};
    write_file(scene.image, manifest.dump(), 0644);
}

const std::string running = "connect\nmark running\nhang\n";

Started start_with_mkosi(const Scene& scene) {
    return scene.start(
        {"run",
         scene.declare(running).string(),
         "--machine=vm",
         "--backend=mkosi",
         "--output-dir",
         scene.output.string(),
         "--gtest_output=xml:" + scene.junit.string()});
}

std::string cleaned(const Scene& scene) {
    return read_file_tail(scene.record / "cleaned", 64);
}

} // namespace

TEST_CASE("mkosi gets the time to remove its copy of the disk when a run is interrupted") {
    Scene scene;
    put_fake_mkosi(scene);
    auto runner = start_with_mkosi(scene);
    const auto machine = scene.await_mark("running");
    runner.kill(SIGTERM);
    const auto ending = runner.wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 130);
    CHECK(junit_result(scene.junit) == "error interrupted");
    CHECK(cleaned(scene) == "cleaned\n");
    CHECK(await_end(machine));
    CHECK(contains(ending.errors, "--backend=mkosi"));
    scene.check_clean();
}

TEST_CASE("mkosi gets the time to remove its copy of the disk when the runner is killed") {
    Scene scene;
    put_fake_mkosi(scene);
    auto runner = start_with_mkosi(scene);
    const auto machine = scene.await_mark("running");
    runner.kill(SIGKILL);
    static_cast<void>(runner.wait());
    CHECK(await_end(machine));
    CHECK_MESSAGE(no_child_left(patience), "guard and journal receiver end with the machine");
    CHECK(cleaned(scene) == "cleaned\n");
    CHECK(scene.start({"gc"}).wait().status() == 0);
    scene.check_clean();
}

} // namespace bootproof
