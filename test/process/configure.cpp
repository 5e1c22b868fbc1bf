// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that change the plan.
#include "scene.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace bootproof {

namespace {

std::string script(int status) {
    return fmt::format(
        "connect\nnotify READY=1\njournal {}\nnotify EXIT_STATUS={}\\nX_SYSTEMD_SHUTDOWN=poweroff\n"
        "event SHUTDOWN guest-shutdown\nexit 0\n",
        journal_text("passed").string(),
        status);
}

} // namespace

TEST_CASE("what 'configure' makes of a plan is carried out") {
    Scene scene;
    const auto ending = scene.run(
        scene.declare(script(1), "configure: [sed, 's/EXIT_STATUS=1\\b/EXIT_STATUS=123/']\n"));
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    scene.check_clean();
}

TEST_CASE("a failing 'configure' is an error before anything is started") {
    struct Case {
        std::string command;
        std::string complaint;
    };

    for (const auto& [command, complaint] : {
             Case{"[sh, -c, 'echo reason >&2; exit 3']", "'sh' failed: exit status 3"},
             Case{"[sh, -c, 'kill -KILL $$']", "'sh' failed: signal 9"},
             Case{"['/no/such']", "/no/such"},
             Case{"[echo, '{\"name\": \"b\"}']", "'name' cannot be changed"},
             Case{"[echo, no]", "parse error"},
         }) {
        Scene scene;
        const auto ending =
            scene.run(scene.declare(script(123), fmt::format("configure: {}\n", command)));
        CAPTURE(ending.errors);
        CHECK(ending.status() == 99);
        CHECK(contains(ending.errors, complaint));
        CHECK(contains(ending.errors, "subject.yaml:"));
        CHECK_FALSE(scene.was_started());
        CHECK(contains(junit_result(scene.junit), "error not-run"));
        scene.check_clean();
    }
}

TEST_CASE("a plan is printed as JSON, changed as it would be") {
    Scene scene;
    const auto descriptor =
        scene.declare(script(123), "configure: [sed, 's/EXIT_STATUS=123/EXIT_STATUS=42/']\n");
    auto started = scene.start({"plan", "--json", descriptor.string()});
    const auto ending = started.wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.output, "\"name\": \"subject\""));
    CHECK(contains(ending.output, "EXIT_STATUS=42"));
    CHECK_FALSE(scene.was_started());
}

} // namespace bootproof
