// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <csignal>

namespace bootproof {

namespace {

/// QEMU fails the first time.
std::string once(const std::filesystem::path& marker) {
    return fmt::format("once {}\nexit 3\nagain\n{}", marker.string(), ending_with(123));
}

Ending rerun(const Scene& scene, const std::vector<std::string>& words) {
    return scene.ask("rerun", words);
}

std::string markdown(const Scene& scene) {
    return scene.ask("report", {"--format=markdown"}).output;
}

bool has_run(const Scene& scene, const std::string& name) {
    return std::filesystem::exists(scene.output / (name + ".run") / "verdict.json");
}

} // namespace

TEST_CASE("what could not be judged is tried again, and a pass after that is told as flaky") {
    const Scene scene;
    const auto descriptor = scene.declare(once(scene.root / "tried"));
    const auto ending = scene.run(descriptor, {"--retries=2"});
    CHECK(ending.status() == 0);
    CHECK(contains(ending.errors, "subject is tried again, attempt 2 of 3"));
    CHECK(contains(ending.errors, "subject is flaky: it passed at attempt 2"));
    CHECK(contains(read_file(scene.junit), "<flakyError type="));
    CHECK(std::filesystem::exists(scene.output / "subject.run" / "verdict.json"));
    CHECK(std::filesystem::exists(scene.output / "subject.try2.run" / "verdict.json"));
    CHECK(contains(markdown(scene), "Flaky: subject"));
    // A fresh run makes an end of them.
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject.try2.run"));
}

TEST_CASE("a failure is tried again only when that is asked for") {
    const Scene scene;
    const auto descriptor = scene.declare(ending_with(1));
    CHECK(scene.run(descriptor, {"--retries=1"}).status() == 1);
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject.try2.run"));
    const auto ending = scene.run(descriptor, {"--retries=1", "--retry-failures"});
    CHECK(ending.status() == 1);
    CHECK(std::filesystem::exists(scene.output / "subject.try2.run"));
    CHECK(contains(read_file(scene.junit), "<rerunFailure type=\"unit-failed\""));
}

TEST_CASE("rerun repeats what has failed, with its options") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(123), "", "good")).status() == 0);
    CHECK(contains(rerun(scene, {"--failed"}).errors, "Nothing in "));
    const auto bad = scene.declare(ending_with(1), "", "bad");
    CHECK(scene.run(bad, {"--timeout-factor=2"}).status() == 1);
    const auto ending = rerun(scene, {"--failed", "--repeat=2"});
    CHECK(ending.status() == 1);
    CHECK_FALSE(contains(ending.errors, "good"));
    CHECK(contains(ending.errors, "bad: repetition 2"));
    const auto last = read_file(scene.output / "bad.try3.run" / "verdict.json");
    CHECK(contains(last, "--timeout-factor=2"));
}

TEST_CASE("rerun goes on until a run does not pass") {
    const Scene scene;
    const auto marker = scene.root / "tried";
    write_file(marker, "", 0644);
    CHECK(scene.run(scene.declare(once(marker))).status() == 0);
    CHECK(rerun(scene, {"subject", "--until-fail", "--repeat=3"}).status() == 0);
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject.try3.run"));
    std::filesystem::remove(marker);
    CHECK(rerun(scene, {"subject", "--until-fail"}).status() == 99);
}

TEST_CASE("a run without a machine is an attempt like any other") {
    const Scene scene;
    const auto descriptor = scene.declare(ending_with(123));
    std::filesystem::remove(scene.image);
    const auto ending = scene.run(descriptor, {"--retries=1"});
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "subject is tried again, attempt 2 of 2"));
    CHECK(junit_result(scene.junit) == "error not-run");
    CHECK(contains(read_file(scene.junit), "<rerunError type=\"not-run\""));
    CHECK(has_run(scene, "subject"));
    CHECK(has_run(scene, "subject.try2"));
}

TEST_CASE("a retried error stays when the repetition after it passes") {
    const Scene scene;
    const auto marker = scene.root / "tried";
    write_file(marker, "", 0644);
    CHECK(scene.run(scene.declare(once(marker))).status() == 0);
    std::filesystem::remove(marker);
    CHECK(rerun(scene, {"subject", "--retries=1", "--repeat=2"}).status() == 0);
    CHECK(contains(read_file(scene.output / "subject.try2.run/verdict.json"), "\"error\""));
    CHECK(has_run(scene, "subject.try3"));
    CHECK_FALSE(has_run(scene, "subject.try4"));
}

TEST_CASE("rerun repeats the others where one cannot be") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1), "", "first")).status() == 1);
    CHECK(scene.run(scene.declare(ending_with(1), "", "second")).status() == 1);
    std::filesystem::remove(scene.output / "first.run/descriptor.yaml");
    const auto ending = rerun(scene, {"--failed"});
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "'first' was not declared by a descriptor"));
    CHECK(has_run(scene, "second.try2"));
}

TEST_CASE("a test's name is that of its last run, and a run has a name of its own") {
    const Scene scene;
    CHECK(scene.run(scene.declare(once(scene.root / "tried")), {"--retries=1"}).status() == 0);
    CHECK(scene.run(scene.declare(ending_with(1), "", "subject-7")).status() == 1);
    CHECK(scene.ask("show", {"subject"}).output.starts_with("subject passed"));
    CHECK(scene.ask("show", {"subject.try1"}).output.starts_with("subject could not"));
    CHECK(scene.ask("show", {"subject.try2"}).output.starts_with("subject passed"));
    CHECK(scene.ask("show", {"subject-7"}).output.starts_with("subject-7 failed"));
}

TEST_CASE("repetitions of earlier go with the next run, those of other tests stay") {
    Scene scene;
    const auto bad = scene.declare(ending_with(1));
    CHECK(scene.run(bad).status() == 1);
    scene.environment["MESON_TEST_ITERATION"] = "2";
    CHECK(scene.run(bad).status() == 1);
    CHECK(has_run(scene, "subject"));
    CHECK(has_run(scene, "subject-2"));
    scene.environment.erase("MESON_TEST_ITERATION");
    CHECK(scene.run(scene.declare(ending_with(1), "", "subject-3")).status() == 1);
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject-2.run"));
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject-2.journal"));
    CHECK(has_run(scene, "subject-3"));
    CHECK_FALSE(contains(markdown(scene), "Flaky"));
}

TEST_CASE("nothing is tried beside another run of the test") {
    Scene scene;
    const auto hanging = scene.declare("connect\nmark started\nhang\n");
    auto other = scene.start_run(hanging);
    scene.await_mark("started");
    const auto ending = scene.run(hanging, {"--retries=1"});
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "Another run of this test writes"));
    CHECK_FALSE(contains(ending.errors, "tried again"));
    CHECK_FALSE(has_run(scene, "subject"));
    CHECK_FALSE(has_run(scene, "subject.try2"));
    other.kill(SIGTERM);
    CHECK(other.wait().status() == 130);
}

TEST_CASE("an attempt that is going on outlives a fresh run of its test") {
    Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    const auto hanging = scene.declare("connect\nmark started\nhang\n");
    std::filesystem::copy_file(
        hanging,
        scene.output / "subject.run/descriptor.yaml",
        std::filesystem::copy_options::overwrite_existing);
    auto attempt = scene.start({"rerun", "--output-dir", scene.output.string(), "subject"});
    scene.await_mark("started");
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    CHECK(std::filesystem::exists(scene.output / "subject.try2.run/console.log"));
    attempt.kill(SIGTERM);
    CHECK(attempt.wait().status() == 130);
    CHECK(has_run(scene, "subject.try2"));
}

} // namespace bootproof
