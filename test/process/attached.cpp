// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace bootproof {

namespace {

const std::string waits = "connect\nmark up\nhang\n";

Ending attach(const Scene& scene, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "attach");
    return scene.start(std::move(arguments)).wait();
}

} // namespace

TEST_CASE("without a machine that runs there is none to attach to") {
    const Scene scene;
    const auto ending = attach(scene, {"subject"});
    CHECK(ending.status() == 99);
    CHECK(contains(ending.errors, "No machine of this user runs"));
}

TEST_CASE("a machine is found by the name of its test, and the names are said of those that run") {
    Scene scene;
    auto first = scene.start_run(scene.declare(waits));
    scene.await_mark("up");
    CHECK(contains(attach(scene).errors, "The machine of subject has not started yet"));
    CHECK(contains(attach(scene, {"subject"}).errors, "The machine of subject has not"));
    const auto wrong = attach(scene, {"object"});
    CHECK(contains(wrong.errors, "No machine of 'object' runs"));
    CHECK(contains(wrong.errors, "These run: subject"));

    auto second = scene.start_run(scene.declare(waits, {}, "another"));
    scene.await_mark("up");
    const auto ambiguous = attach(scene);
    CHECK(contains(ambiguous.errors, "More than one machine runs"));
    CHECK(contains(ambiguous.errors, "Name one of another, subject"));
    for (auto* run : {&first, &second}) {
        run->kill(SIGTERM);
        CHECK(run->wait().status() == 130);
    }
    scene.check_clean();
}

} // namespace bootproof
