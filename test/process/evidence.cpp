// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"
#include "sys/run_program.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <csignal>
#include <iterator>

namespace bootproof {

namespace {

Ending show(const Scene& scene, const std::vector<std::string>& words = {}) {
    return scene.ask("show", words);
}

Ending report(const Scene& scene, const std::vector<std::string>& words = {}) {
    return scene.ask("report", words);
}

} // namespace

TEST_CASE("a run that failed leaves all that is known of it under stable names") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    const auto kept = scene.output / "subject.run";
    for (const auto* name :
         {"console.log",
          "console.txt",
          "descriptor.yaml",
          "events.log",
          "journal",
          "junit.xml",
          "plan.sh",
          "verdict.json"})
        CHECK_MESSAGE(std::filesystem::exists(kept / name), name);
    CHECK(junit_result(kept / "junit.xml") == "failure unit-failed");
    CHECK(read_file(kept / "descriptor.yaml") == read_file(scene.root / "subject.yaml"));
    CHECK(std::filesystem::equivalent(kept / "journal", scene.output / "subject.journal"));
    CHECK(contains(read_file(kept / "plan.sh"), "# A virtual machine"));
}

TEST_CASE("a pass leaves less, and nothing of the run before") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    const auto kept = scene.output / "subject.run";
    CHECK_FALSE(std::filesystem::exists(kept / "console.txt"));
    CHECK(std::filesystem::exists(kept / "verdict.json"));
}

TEST_CASE("a run that was killed leaves no verdict of the run before") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    auto runner = scene.start_run(scene.declare("connect\nhang\n"));
    const auto verdict = scene.output / "subject.run" / "verdict.json";
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::filesystem::exists(verdict) && std::chrono::steady_clock::now() < end)
        static_cast<void>(runner.wait_for(Milliseconds(10)));
    ::kill(-runner.pid(), SIGKILL);
    static_cast<void>(runner.wait());
    CHECK_FALSE(std::filesystem::exists(verdict));
    CHECK(contains(show(scene, {"subject"}).errors, "No run has left anything"));
}

TEST_CASE("a run that came to no machine has the last word") {
    const Scene scene;
    const auto descriptor = scene.declare(ending_with(123));
    CHECK(scene.run(descriptor).status() == 0);
    const auto image = read_file(scene.image);
    std::filesystem::remove(scene.image);
    CHECK(scene.run(descriptor).status() == 99);
    CHECK(show(scene, {"subject"}).output.starts_with("subject error (the test had no machine)"));
    const auto shown = report(scene, {"--format=markdown"}).output;
    CHECK(contains(shown, "## 1 run: 1 error"));
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject.journal"));
    CHECK(report(scene).status() == 0);
    CHECK(junit_result(scene.output / "report.xml") == "error not-run");
    CHECK(contains(read_file(scene.output / "report.html"), "not-run"));
    // It can be repeated when the image is there again.
    write_file(scene.image, image, 0644);
    CHECK(scene.ask("rerun", {"--failed"}).status() == 0);
    CHECK(contains(report(scene, {"--format=markdown"}).output, "Flaky: subject"));
}

TEST_CASE("what a killed run has left is no evidence of a run without a machine") {
    const Scene scene;
    const auto descriptor = scene.declare(ending_with(1));
    CHECK(scene.run(descriptor).status() == 1);
    std::filesystem::remove(scene.output / "subject.run/verdict.json");
    std::filesystem::remove(scene.image);
    CHECK(scene.run(descriptor).status() == 99);
    CHECK_FALSE(contains(show(scene, {"subject"}).output, "Console:"));
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject.run/plan.sh"));
    CHECK_FALSE(std::filesystem::exists(scene.output / "subject.journal"));
}

TEST_CASE("what touches no machine on purpose leaves the evidence of the last run") {
    Scene scene;
    const auto descriptor = scene.declare(ending_with(1));
    CHECK(scene.run(descriptor).status() == 1);
    CHECK(scene.run(descriptor, {"--skip=not now"}).status() == 77);
    CHECK(scene.run(descriptor, {"--interactive"}).status() == 99);
    CHECK(scene.run(scene.root / "missing.yaml").status() == 99);
    CHECK(show(scene).output.starts_with("subject failed after "));
    CHECK(std::filesystem::exists(scene.output / "subject.journal"));
}

TEST_CASE("show tells of the last run, or of the one that is named") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1), "", "first")).status() == 1);
    CHECK(scene.run(scene.declare(ending_with(123), "", "second")).status() == 0);
    const auto last = show(scene);
    CHECK(last.status() == 0);
    CHECK(last.output.starts_with("second passed in "));
    const auto first = show(scene, {"first"});
    CHECK(first.output.starts_with("first failed after "));
    CHECK(contains(first.output, "unit-failed: Exit status 1, expected was 123"));
    CHECK(contains(first.output, "All of it: " + (scene.output / "first.run").string()));
    const auto typo = show(scene, {"firstt"});
    CHECK(typo.status() == 99);
    CHECK(contains(typo.errors, "Did you mean 'first'?"));
}

TEST_CASE("the last failure of a test is laid beside its last pass") {
    const Scene scene;
    const auto diff = [&] {
        return scene.start({"diff", "-o", scene.output.string(), "subject"}).wait();
    };
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    const auto early = diff();
    CHECK(early.status() == 99);
    CHECK(contains(early.errors, "No run of subject that passed is left in"));
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    const auto ending = diff();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.output, "unit-failed: Exit status 1, expected was 123"));
    CHECK(contains(ending.output, "The unit's journals have the same"));
}

TEST_CASE("runs whose journals were not kept are not taken for the same") {
    Scene scene;
    scene.environment["TEST_SAVE_JOURNAL"] = "fail";
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    CHECK(scene.run(scene.declare(ending_with(123))).status() == 0);
    const auto ending = scene.ask("diff", {"subject"});
    CHECK(ending.status() == 99);
    CHECK(ending.output.empty());
    CHECK(contains(ending.errors, "subject.passed' was not kept"));
}

TEST_CASE("what a run has left is packed into one archive") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    const auto archive = scene.root / "a.tar.zst";
    const auto pack = [&](const std::string& file) {
        return scene.start({"pack", "-o", scene.output.string(), "-f", file, "subject"}).wait();
    };
    // Of one that was killed while it saved the machine.
    std::filesystem::create_directory(scene.output / "subject.machine");
    const auto ending = pack(archive.string());
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.output, "bootproof show -o DIRECTORY subject"));
    const auto names = read_output({"tar", "-tf", archive.string()});
    CHECK(contains(names, "subject.run/verdict.json\n"));
    CHECK(contains(names, "subject.journal\n"));
    CHECK(pack("/dev/null/a.tar.zst").status() == 99);
    const auto elsewhere = scene.root / "elsewhere";
    std::filesystem::create_directory(elsewhere);
    read_output({"tar", "-xf", archive.string(), "-C", elsewhere.string()});
    const auto check_shown = [&] {
        const auto shown = scene.start({"show", "-o", elsewhere.string(), "subject"}).wait();
        CHECK(contains(shown.output, "--file " + (elsewhere / "subject.journal").string()));
        CHECK(!contains(shown.output, scene.output.string() + "/"));
    };
    // Those of a newer run are at the old paths.
    CHECK(scene.run(scene.declare(ending_with(2))).status() == 1);
    check_shown();
    std::filesystem::remove_all(scene.output);
    check_shown();
}

TEST_CASE("an archive is its user's alone, and its name may have a colon") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    const auto archive = scene.root / "a:b.tar.zst";
    // Where the name begins with it, as tar takes another host's.
    Started packing(
        {.command =
             {"sh",
              "-c",
              fmt::format(
                  "umask 022; cd {} && exec {} pack -o {} -f a:b.tar.zst subject",
                  scene.root.string(),
                  BOOTPROOF,
                  scene.output.string())},
         .environment = scene.environment,
         .descriptors = {}},
        scene.root / "pack.out",
        scene.root / "pack.err");
    const auto ending = packing.wait();
    CAPTURE(ending.errors);
    CHECK(ending.status() == 0);
    CHECK(contains(ending.output, "tar --force-local -xf a:b.tar.zst"));
    using std::filesystem::perms;
    CHECK(
        std::filesystem::status(archive).permissions() == (perms::owner_read | perms::owner_write));
}

TEST_CASE("an older archive stays until there is a new one, and nothing is left of a part") {
    Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    std::filesystem::create_directory(scene.root / "bin");
    const auto tar = scene.root / "bin" / "tar";
    const auto tar_does = [&](const std::string& commands) {
        write_file(
            tar,
            fmt::format(
                "#!/bin/sh\nfor word; do case $word in --file=*) file=${{word#--file=}};; esac; "
                "done\necho part >\"$file\"\n{}\n",
                commands),
            0755);
    };
    scene.environment["PATH"] = (scene.root / "bin").string() + ":/usr/bin:/bin";
    const auto directory = scene.root / "archives";
    std::filesystem::create_directory(directory);
    write_file(directory / "a", "older", 0644);
    const auto pack = [&] {
        return scene.start(
            {"pack", "-o", scene.output.string(), "-f", (directory / "a").string(), "subject"});
    };
    const auto is_as_before = [&] {
        const auto files = std::filesystem::directory_iterator(directory);
        return std::distance(begin(files), end(files)) == 1
               && read_file(directory / "a") == "older";
    };
    tar_does("echo no room; exit 2");
    const auto failed = pack().wait();
    CHECK(failed.status() == 99);
    CHECK(contains(failed.errors, "'tar' failed: no room"));
    CHECK(is_as_before());

    tar_does(fmt::format("echo tar $$ >{}; exec sleep 60", (scene.record / "marks").string()));
    auto packing = pack();
    scene.await_mark("tar");
    packing.kill(SIGINT);
    CHECK(packing.wait().status() == 130);
    CHECK(is_as_before());

    tar_does("exit 0");
    CHECK(pack().wait().status() == 0);
    CHECK(read_file(directory / "a") == "part\n");
    scene.check_clean();
}

TEST_CASE("a CI finds no command in what is told of a guest") {
    const Scene scene;
    const auto script = "connect\nconsole \\r\\n::error::a\\n##[error]b\\n\nexit 0\n";
    const auto ending = scene.run(scene.declare(script));
    CHECK(contains(ending.errors, "    : :error::a\n    # #[error]b\n"));
    CHECK(contains(show(scene).output, "    : :error::a\n    # #[error]b\n"));
    std::filesystem::create_directory(scene.output / "##[error]c.run");
    write_file(scene.output / "##[error]c.run" / "verdict.json", "{}", 0644);
    CHECK(contains(report(scene).errors, "# #[error]c.run/verdict.json' is no verdict of a run"));
}

TEST_CASE("a machine that hangs is asked what it is doing") {
    const Scene scene;
    const auto descriptor = scene.declare(
        "connect\nawait-qmp info registers\nqmp {\"return\": \"RAX=00000042\"}\n"
        "await-qmp chardev-send-break\nhang\n",
        "timeout: 2\n");
    CHECK(scene.run(descriptor).status() == 1);
    CHECK(junit_result(scene.junit) == "failure timeout");
    CHECK(read_file(scene.output / "subject.run" / "registers.txt") == "RAX=00000042");
}

TEST_CASE(
    "report makes a page and JUnit of all runs, with more of the journal than the verdict has") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1), "", "first")).status() == 1);
    CHECK(scene.run(scene.declare(ending_with(123), "", "second")).status() == 0);
    const auto made = report(scene);
    CHECK(made.status() == 0);
    const auto page = scene.output / "report.html";
    CHECK(contains(made.output, page.string()));
    for (const std::string words :
         {"2 runs: 1 pass, 1 fail", "first", "second", "the subject was here"})
        CHECK_MESSAGE(contains(read_file(page), words), words);
    CHECK(junit_result(scene.output / "report.xml") == "failure unit-failed");
    CHECK(contains(report(scene, {"--format=markdown"}).output, "## 2 runs: 1 pass, 1 fail"));
    CHECK(report(scene, {"--format=perfetto"}).output.starts_with("{\"displayTimeUnit\""));
}

TEST_CASE("report leaves out what it cannot read, says so, and needs one that it can") {
    const Scene scene;
    CHECK(contains(report(scene).errors, "No run has left anything"));
    CHECK(scene.run(scene.declare(ending_with(123), "", "first")).status() == 0);
    std::filesystem::create_directory(scene.output / "second.run");
    write_file(scene.output / "second.run" / "verdict.json", "{}", 0644);
    const auto made = report(scene, {"--format=markdown"});
    CHECK(made.status() == 0);
    CHECK(contains(made.output, "## 1 run: 1 pass"));
    CHECK(contains(made.errors, "second.run/verdict.json' is no verdict of a run"));
}

} // namespace bootproof
