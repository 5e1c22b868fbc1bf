// SPDX-License-Identifier: LGPL-2.1-or-later
// Real data of gcov in the journal of a fake machine, for the real lcov.
#include "scene.hpp"
#include "sys/file.hpp"
#include "sys/run_program.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace bootproof {

namespace {

/// Builds a program for coverage, runs it as if in a guest, and returns what the guest would send.
std::string covered(const std::filesystem::path& build, const std::filesystem::path& guest) {
    std::filesystem::create_directories(build / "src");
    std::filesystem::create_directories(guest);
    write_file(
        build / "src" / "victim.cpp",
        "int main(int argc, char**) {\n    if (argc > 1)\n        return 1;\n    return 0;\n}\n",
        0644);
    return read_output(
        {"sh",
         "-ec",
         "cd \"$1\"; c++ --coverage -c src/victim.cpp -o src/victim.o; "
         "c++ --coverage src/victim.o -o victim; GCOV_PREFIX=\"$2\" ./victim; "
         "touch \"$2/empty.gcda\"; ln -s /etc/passwd \"$2/link.gcda\"; "
         "tar --create --zstd --directory=\"$2\" . | base64 --wrap=0",
         "sh",
         build.string(),
         guest.string()});
}

std::string journal_with(const std::string& archive) {
    return read_file(journal_text("passed"))
           + fmt::format(
               "__REALTIME_TIMESTAMP=1700000003000000\n__MONOTONIC_TIMESTAMP=4000000\n"
               "_BOOT_ID=6c7c6013a26343b29e964691ff25d04c\nCOVERAGE_TAR={}\n\n",
               archive);
}

std::string script_with(const std::filesystem::path& journal, int status) {
    return fmt::format(
        "connect\nnotify READY=1\njournal {}\nnotify EXIT_STATUS={}\\nX_SYSTEMD_SHUTDOWN=poweroff\n"
        "event SHUTDOWN guest-shutdown\nexit 0\n",
        journal.string(),
        status);
}

} // namespace

TEST_CASE("coverage of a test that passes is captured, and added to what is there") {
    Scene scene;
    const auto build = scene.root / "build";
    const auto journal = scene.root / "covered.export";
    write_file(journal, journal_with(covered(build, scene.root / "guest")), 0644);
    scene.environment["BOOTPROOF_COVERAGE"] = build.string();
    const auto info = scene.output / "subject.coverage-info";
    for (const auto* count : {"DA:1,1\n", "DA:1,2\n"}) {
        const auto ending = scene.run(scene.declare(script_with(journal, 123)));
        CAPTURE(ending.errors);
        CHECK(ending.status() == 0);
        const auto text = read_file(info);
        CHECK(contains(text, "src/victim.cpp\n"));
        CHECK(contains(text, count));
        CHECK(contains(text, "DA:3,0\n"));
    }
    // Half a test covers nothing that could be compared.
    std::filesystem::remove(info);
    CHECK(scene.run(scene.declare(script_with(journal, 1))).status() == 1);
    CHECK(!std::filesystem::exists(info));
    scene.check_clean();
}

TEST_CASE("coverage that was asked for and is not there is an error") {
    Scene scene;
    const auto build = scene.root / "build";
    const auto archive = covered(build, scene.root / "guest");
    const auto journal = scene.root / "covered.export";
    const auto expect = [&](const std::string& text, const std::filesystem::path& where) {
        CAPTURE(text);
        write_file(journal, text, 0644);
        scene.environment["BOOTPROOF_COVERAGE"] = where.string();
        const auto ending = scene.run(scene.declare(script_with(journal, 123)));
        CHECK(ending.status() == 99);
        CHECK(junit_result(scene.junit) == "error coverage-missing");
        CHECK(!std::filesystem::exists(scene.output / "subject.coverage-info"));
        return ending.errors;
    };
    CHECK(contains(
        expect(read_file(journal_text("passed")), build), "There is no coverage in the journal"));
    CHECK(contains(
        expect(journal_with(archive), scene.root / "record"),
        "No .gcno file below '" + (scene.root / "record").string()));
    CHECK(contains(expect(journal_with("bm90IGEgdGFy"), build), "tar"));
    CHECK(contains(expect(journal_with("*"), build), "base64"));
    scene.check_clean();
}

} // namespace bootproof
