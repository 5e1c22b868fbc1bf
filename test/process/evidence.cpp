// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/evidence_retention.hpp"
#include "scene.hpp"
#include "sys/file.hpp"
#include "sys/run_program.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <csignal>

namespace bootproof {

namespace {

std::string ending_with(int status) {
    return fmt::format(
        "connect\nconsole \\x1b[1mbold\\x1b[0m\\n\njournal {}\nnotify EXIT_STATUS={}\nexit 0\n",
        journal_text("passed").string(),
        status);
}

/// QEMU fails the first time.
std::string once(const std::filesystem::path& marker) {
    return fmt::format("once {}\nexit 3\nagain\n{}", marker.string(), ending_with(123));
}

Ending ask(const Scene& scene, const std::string& command, const std::vector<std::string>& words) {
    std::vector<std::string> arguments{command, "--output-dir", scene.output.string()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return scene.start(arguments).wait();
}

Ending show(const Scene& scene, const std::vector<std::string>& words = {}) {
    return ask(scene, "show", words);
}

Ending rerun(const Scene& scene, const std::vector<std::string>& words) {
    return ask(scene, "rerun", words);
}

Ending report(const Scene& scene, const std::vector<std::string>& words = {}) {
    return ask(scene, "report", words);
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

TEST_CASE("what a run has left is packed into one archive") {
    const Scene scene;
    CHECK(scene.run(scene.declare(ending_with(1))).status() == 1);
    const auto archive = scene.root / "a.tar.zst";
    const auto pack = [&](const std::string& file) {
        return scene.start({"pack", "-o", scene.output.string(), "-f", file, "subject"}).wait();
    };
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
    std::filesystem::remove_all(scene.output);
    const auto shown = scene.start({"show", "-o", elsewhere.string(), "subject"}).wait();
    CHECK(contains(shown.output, "--file " + (elsewhere / "subject.journal").string()));
    CHECK(!contains(shown.output, scene.output.string() + "/"));
}

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

TEST_CASE("a console is kept up to its limit") {
    Scene scene;
    scene.environment["BOOTPROOF_CONSOLE_SIZE"] = "1";
    const auto script = "connect\nconsole-flood 3145728\n" + ending_with(123).substr(8);
    CHECK(scene.run(scene.declare(script)).status() == 0);
    const auto log = scene.output / "subject.run" / "console.log";
    CHECK(std::filesystem::file_size(log) < 1'400'000);
    CHECK(contains(read_file_tail(log, 100), "longer than this log may be"));
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
    CHECK(contains(report(scene, {"--format=markdown"}).output, "Flaky: subject"));
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
