// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"

#include <doctest/doctest.h>

namespace bootproof {

namespace {

Ending wrong(const std::vector<std::string>& arguments) {
    const Scene scene;
    auto ending = scene.start(arguments).wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 2);
    CHECK(contains(ending.errors, "Run with --help"));
    CHECK_FALSE(scene.was_started());
    return ending;
}

} // namespace

TEST_CASE("a wrong command line is answered with what would be right") {
    CHECK(contains(wrong({"run", "--machine=vn", "x"}).errors, "vn not in {auto,container,vm}"));
    CHECK(contains(wrong({"run", "--backend=xen", "x"}).errors, "'xen' is no backend"));
    CHECK(contains(wrong({"run", "--timeout-factor=0", "x"}).errors, "'0' is no number above 0"));
    CHECK(contains(wrong({"run", "--timeout-factor=inf", "x"}).errors, "is no number above 0"));
    CHECK(contains(wrong({"run"}).errors, "TEST is required"));
}

TEST_CASE("a word that is mistyped is answered with the one that was meant") {
    CHECK(contains(wrong({"rnu", "x"}).errors, "What is 'rnu'? Did you mean 'run'?"));
    CHECK(contains(wrong({"--hepl"}).errors, "Did you mean '--help'?"));
    CHECK(contains(wrong({"run", "--kep=failed", "x"}).errors, "Did you mean '--keep'?"));
    CHECK(contains(wrong({"banana"}).errors, "Known are: run, plan, shell"));
    CHECK_FALSE(contains(wrong({"run", "one", "two"}).errors, "What is"));
    CHECK_FALSE(contains(wrong({}).errors, "What is"));
}

TEST_CASE("one test at a time") {
    static_cast<void>(wrong({"run", "one", "two"}));
}

TEST_CASE("of an option that is given twice the last counts") {
    const Scene scene;
    const auto ending = scene
                            .start(
                                {"run",
                                 scene.declare("exit 0\n").string(),
                                 "--output-dir",
                                 (scene.root / "elsewhere").string(),
                                 "--output-dir",
                                 scene.output.string()})
                            .wait();
    CHECK(ending.status() == 99);
    CHECK(std::filesystem::exists(scene.output / "subject.run" / "console.log"));
    CHECK_FALSE(std::filesystem::exists(scene.root / "elsewhere"));
}

} // namespace bootproof
