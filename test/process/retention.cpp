// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/evidence_retention.hpp"
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

namespace bootproof {

TEST_CASE("what is too old goes, and then what is worth the least, until there is room") {
    using Worth = KeptEvidence::Worth;
    const auto now = std::chrono::system_clock::now();
    const auto kept = [&](const char* name, Worth worth, int hours) {
        return KeptEvidence{
            .paths = {name}, .worth = worth, .ended = now - std::chrono::hours(hours), .bytes = 10};
    };
    const std::vector<KeptEvidence> evidence{
        kept("machine.machine", Worth::machine, 5),
        kept("failed.run", Worth::broken, 4),
        kept("passed.run", Worth::passed, 2),
        kept("passed-2.run", Worth::passed, 3),
        kept("just-now.run", Worth::passed, 9)};
    const auto removed = [&](const EvidenceLimits& limits) {
        std::vector<std::filesystem::path> names;
        for (const auto& each : choose_to_remove(evidence, "just-now", limits, now))
            names.push_back(each.paths.front());
        return names;
    };
    using Names = std::vector<std::filesystem::path>;
    CHECK(removed({}).empty());
    CHECK(removed({.bytes = 50, .age = {}}).empty());
    CHECK(removed({.bytes = 30, .age = {}}) == Names{"passed-2.run", "passed.run"});
    CHECK(
        removed({.bytes = 0, .age = {}})
        == Names{"passed-2.run", "passed.run", "failed.run", "machine.machine"});
    CHECK(removed({.bytes = {}, .age = std::chrono::hours(4)}) == Names{"machine.machine"});
}

TEST_CASE("a machine that was not wholly kept is worth no more than its run, and goes with it") {
    const Scene scene;
    const auto leave = [&](const std::string& file) {
        std::filesystem::create_directories((scene.output / file).parent_path());
        write_file(scene.output / file, std::string(100'000, 'x'), 0600);
    };
    for (const auto* file :
         {"passed.run/verdict.json", "passed.machine/state", "failed.run/verdict.json"})
        leave(file);
    const auto remove_until = [&](std::uint64_t bytes) {
        remove_old_evidence(
            scene.output, "subject", {.bytes = bytes, .age = {}}, [](const auto& verdict) {
                return verdict.parent_path().stem() == "passed";
            });
    };
    remove_until(250'000);
    CHECK_FALSE(std::filesystem::exists(scene.output / "passed.machine"));
    CHECK_FALSE(std::filesystem::exists(scene.output / "passed.run"));
    CHECK(std::filesystem::exists(scene.output / "failed.run"));

    for (const auto* file :
         {"passed.run/verdict.json", "passed.machine/state", "passed.machine/machine.json"})
        leave(file);
    remove_until(350'000);
    CHECK(std::filesystem::exists(scene.output / "passed.machine"));
    CHECK_FALSE(std::filesystem::exists(scene.output / "failed.run"));
}

TEST_CASE("runs that leave too much go, but not the one that has just ended") {
    Scene scene;
    CHECK(scene.run(scene.declare(ending_with(123), {}, "passed")).status() == 0);
    CHECK(scene.run(scene.declare(ending_with(1), {}, "failed")).status() == 1);
    CHECK(std::filesystem::exists(scene.output / "passed.journal"));
    // Its machine, whose base is the image's; and of another test, what was killed and what a later
    // run has replaced.
    std::filesystem::create_directory(scene.output / "failed.machine");
    write_file(scene.root / "base", "image", 0600);
    std::filesystem::create_hard_link(scene.root / "base", scene.output / "failed.machine/base");
    CHECK(scene.run(scene.declare(ending_with(1), {}, "killed")).status() == 1);
    std::filesystem::remove(scene.output / "killed.run" / "verdict.json");
    // 10 KB: one of them has no room beside another.
    scene.environment["BOOTPROOF_EVIDENCE_SIZE"] = "0.00001";
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    for (const auto* name :
         {"passed.run",
          "passed.journal",
          "failed.run",
          "failed.journal",
          "failed.machine",
          "killed.run",
          "last/killed.failed",
          "last/passed.passed"})
        CHECK_MESSAGE(!std::filesystem::exists(scene.output / name), name);
    CHECK(std::filesystem::exists(scene.output / "subject.run" / "verdict.json"));
    CHECK(std::filesystem::exists(scene.output / "last/subject.passed"));
}

TEST_CASE("a run that was repeated while others were looked at does not go") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(123), {}, "again")).status() == 0);
    CHECK(scene.run(scene.declare(ending_with(123), {}, "old")).status() == 0);
    const auto again = scene.output / "again.run" / "verdict.json";
    remove_old_evidence(scene.output, "subject", {.bytes = 0, .age = {}}, [&](const auto& verdict) {
        if (verdict != again)
            std::filesystem::last_write_time(again, std::filesystem::file_time_type::clock::now());
        return true;
    });
    CHECK(std::filesystem::exists(again));
    CHECK_FALSE(std::filesystem::exists(scene.output / "old.run"));
}

TEST_CASE("a console is kept up to its limit") {
    Scene scene;
    scene.environment["BOOTPROOF_CONSOLE_SIZE"] = "1";
    const auto script = "connect\nconsole-flood 3145728\n" + ending_with(123).substr(8);
    CHECK(scene.run(scene.declare(script)).status() == 0);
    const auto log = scene.output / "subject.run" / "console.log";
    CHECK(std::filesystem::file_size(log) < 1'400'000);
    CHECK(contains(read_file_tail(log, 100), "longer than this log may be"));
}

} // namespace bootproof
