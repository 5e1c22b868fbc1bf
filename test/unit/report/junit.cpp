// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/junit.hpp"

#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>
#include <pugixml.hpp>

#include <csignal>

using namespace bootproof;
using namespace std::chrono_literals;

namespace {

pugi::xml_document parsed(const std::string& xml) {
    pugi::xml_document document;
    const auto result = document.load_buffer(xml.data(), xml.size());
    REQUIRE_MESSAGE(result, result.description());
    return document;
}

pugi::xml_node case_of(const pugi::xml_document& document, const char* name) {
    return document.child("testsuites")
        .child("testsuite")
        .find_child_by_attribute("testcase", "name", name);
}

std::string attribute(const pugi::xml_node& node, const char* name) {
    return node.attribute(name).as_string("(absent)");
}

std::string property(const pugi::xml_document& document, const char* name) {
    const auto properties = document.child("testsuites").child("testsuite").child("properties");
    return attribute(properties.find_child_by_attribute("property", "name", name), "value");
}

std::size_t problems(const pugi::xml_document& document) {
    return document.select_nodes("//failure|//error").size();
}

} // namespace

TEST_CASE("a pass has a boot case and the test's case, and neither failure nor error") {
    const SampleRun run(good_run());
    const auto document = parsed(junit_xml(run.record));
    const auto suite = document.child("testsuites").child("testsuite");
    CHECK(attribute(suite, "name") == "TEST-01-BASIC");
    CHECK(attribute(suite, "tests") == "2");
    CHECK(attribute(suite, "failures") == "0");
    CHECK(attribute(suite, "errors") == "0");
    CHECK(attribute(suite, "skipped") == "0");
    CHECK(attribute(suite, "time") == "23.400");
    CHECK(attribute(suite, "timestamp") == "2025-11-22T10:00:00");
    CHECK(attribute(case_of(document, "boot"), "time") == "18.000");
    CHECK(attribute(case_of(document, "TEST-01-BASIC"), "time") == "3.200");
    CHECK(problems(document) == 0);
}

TEST_CASE("the class name has the image, the firmware and the test") {
    const SampleRun run(good_run());
    const auto document = parsed(junit_xml(run.record));
    CHECK(
        attribute(case_of(document, "boot"), "classname")
        == "debian-13-x86-64.linux-noinitrd.TEST-01-BASIC");
}

TEST_CASE("the suite's properties say what ran, and leave out what is not known") {
    SampleRun run(good_run());
    auto document = parsed(junit_xml(run.record));
    CHECK(property(document, "vm.accel") == "tcg");
    CHECK(property(document, "vm.firmware") == "linux-noinitrd");
    CHECK(property(document, "vm.image.sha256") == "0f3c");
    CHECK(property(document, "boot.firmware_ms") == "2000");
    CHECK(property(document, "boot.kernel_ms") == "6000");
    CHECK(property(document, "boot.userspace_ms") == "10000");
    CHECK(property(document, "rerun.command") == "meson test -C build -i TEST-01-BASIC");
    run.record.phases.firmware.reset();
    document = parsed(junit_xml(run.record));
    CHECK(property(document, "boot.firmware_ms") == "(absent)");
}

TEST_CASE("a failing unit fails the test's case, with the unit's journal") {
    const SampleRun run(run_with_status("1"));
    const auto document = parsed(junit_xml(run.record));
    const auto failure = case_of(document, "TEST-01-BASIC").child("failure");
    CHECK(attribute(failure, "type") == "unit-failed");
    CHECK(attribute(failure, "message") == run.verdict.text);
    CHECK(std::string(failure.text().get()).find("All is well") != std::string::npos);
    CHECK(problems(document) == 1);
    CHECK(attribute(document.child("testsuites"), "failures") == "1");
}

TEST_CASE("a machine that never got to the unit fails in its boot case") {
    const SampleRun run(run_cut_off_at_boot());
    const auto document = parsed(junit_xml(run.record));
    CHECK(attribute(case_of(document, "boot").child("failure"), "type") == "no-exit-status");
    CHECK(attribute(case_of(document, "boot"), "time") == "23.400");
    CHECK(case_of(document, "TEST-01-BASIC").child("skipped"));
    CHECK(problems(document) == 1);
}

TEST_CASE("a timeout is a failure of that type") {
    auto observation = run_cut_off_at_boot();
    observation.journal->unit_started = 16s;
    observation.ended = Ended::by_deadline;
    const SampleRun run(observation);
    const auto document = parsed(junit_xml(run.record));
    CHECK(attribute(case_of(document, "TEST-01-BASIC").child("failure"), "type") == "timeout");
    CHECK(problems(document) == 1);
}

TEST_CASE("a killed machine and an interrupt are errors") {
    auto observation = good_run();
    observation.machine_end = ProcessEnd{.signal = SIGKILL};
    const SampleRun killed(observation);
    observation.ended = Ended::by_interrupt;
    const SampleRun interrupted(observation);
    for (const auto* run : {&killed, &interrupted}) {
        const auto document = parsed(junit_xml(run->record));
        CHECK(
            attribute(case_of(document, "TEST-01-BASIC").child("error"), "type")
            == run->verdict.reason);
        CHECK(attribute(document.child("testsuites"), "errors") == "1");
        CHECK(problems(document) == 1);
    }
}

TEST_CASE("each subtest is a case with its own time and result") {
    auto observation = run_with_status("1");
    observation.journal->subtests = {
        {.name = "first", .result = SubtestResult::pass, .duration = 1500ms},
        {.name = "second", .result = SubtestResult::skip},
        {.name = "third", .result = SubtestResult::fail, .duration = 2s},
        {.name = "fourth", .result = SubtestResult::unfinished},
    };
    const SampleRun run(observation);
    const auto document = parsed(junit_xml(run.record));
    CHECK(attribute(case_of(document, "first"), "time") == "1.500");
    CHECK(!case_of(document, "first").first_child());
    CHECK(case_of(document, "second").child("skipped"));
    CHECK(attribute(case_of(document, "third").child("failure"), "type") == "subtest-failed");
    CHECK(attribute(case_of(document, "fourth").child("failure"), "type") == "subtest-unfinished");
    for (const auto& node :
         {document.child("testsuites"), document.child("testsuites").child("testsuite")}) {
        CHECK(attribute(node, "tests") == "6");
        CHECK(attribute(node, "failures") == "3");
        CHECK(attribute(node, "errors") == "0");
    }
    CHECK(attribute(document.child("testsuites").child("testsuite"), "skipped") == "1");
}

TEST_CASE("a subtest that ends the test well has not failed") {
    auto observation = run_with_status("77");
    observation.journal->subtests = {{.name = "first", .result = SubtestResult::unfinished}};
    const SampleRun run(observation);
    const auto document = parsed(junit_xml(run.record));
    CHECK(case_of(document, "first").child("skipped"));
    CHECK(problems(document) == 0);
}

TEST_CASE("a skip has its message") {
    const SampleRun run(run_with_status("77"));
    const auto document = parsed(junit_xml(run.record));
    const auto message = attribute(case_of(document, "TEST-01-BASIC").child("skipped"), "message");
    CHECK(message.starts_with("unit-skipped: "));
    CHECK(problems(document) == 0);
}

TEST_CASE("attachments stand alone on their lines, the journal first") {
    SampleRun run(good_run());
    auto document = parsed(junit_xml(run.record));
    CHECK(
        std::string(case_of(document, "TEST-01-BASIC").child("system-out").text().get())
        == "[[ATTACHMENT|test/journal/TEST-01-BASIC.journal]]\n"
           "[[ATTACHMENT|test/console/TEST-01-BASIC.log]]\n");
    for (const auto* name : {"bad]]name", "bad[name", "bad|name"}) {
        run.record.journal = name;
        run.record.console = "bad\nname";
        document = parsed(junit_xml(run.record));
        CHECK(!case_of(document, "TEST-01-BASIC").child("system-out"));
    }
}

TEST_CASE("of a machine that did not come up, the console is attached first") {
    const SampleRun run(run_cut_off_at_boot());
    const auto document = parsed(junit_xml(run.record));
    CHECK(
        std::string(case_of(document, "boot").child("system-out").text().get())
            .find("[[ATTACHMENT|test/console/TEST-01-BASIC.log]]\n"
                  "[[ATTACHMENT|test/journal/TEST-01-BASIC.journal]]\n")
        != std::string::npos);
}

TEST_CASE("each case of a suite has a name of its own") {
    auto observation = good_run();
    for (const auto* name : {"boot", "TEST-01-BASIC", "part", "par\at", "part (2)"})
        observation.journal->subtests.push_back({.name = name, .result = SubtestResult::pass});
    const SampleRun run(observation);
    const auto document = parsed(junit_xml(run.record));
    std::string names;
    for (const auto& node : document.select_nodes("//testcase"))
        names += attribute(node.node(), "name") + ", ";
    CHECK(
        names
        == "boot, TEST-01-BASIC, boot (2), TEST-01-BASIC (2), part, part (2), part (2) (2), ");
}

TEST_CASE("output and failure of a case stay within 64 KiB and keep their ends") {
    auto observation = run_with_status("1");
    observation.console_tail = "CONSOLE-BEGIN" + std::string(200'000, 'c') + "CONSOLE-END";
    observation.journal->unit_tail.resize(10'000, observation.journal->unit_tail.front());
    observation.journal->unit_tail.back().message = "JOURNAL-END";
    const SampleRun run(observation);
    const auto document = parsed(junit_xml(run.record));
    const auto test = case_of(document, "TEST-01-BASIC");
    const std::string output = test.child("system-out").text().get();
    const std::string failure = test.child("failure").text().get();
    CHECK(output.size() + failure.size() <= std::size_t{64} * 1024 + 200);
    CHECK(output.find("CONSOLE-BEGIN") != std::string::npos);
    CHECK(output.find("CONSOLE-END\n[[ATTACHMENT|") != std::string::npos);
    CHECK(failure.ends_with("JOURNAL-END\n"));
}

TEST_CASE("hostile strings come out as well-formed XML without control characters") {
    const SampleRun run(hostile_run());
    const auto xml = junit_xml(run.record);
    for (const char c : xml)
        REQUIRE((static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t'));
    CHECK(xml.find("&#0") == std::string::npos);
    CHECK(xml.find("&#1") == std::string::npos);
    const auto document = parsed(xml);
    CHECK(problems(document) == 3);
    CHECK(document.select_nodes("//testcase").size() == 4);
}

TEST_CASE("a guest cannot attach a file of the host") {
    const SampleRun run(hostile_run());
    const auto document = parsed(junit_xml(run.record));
    for (const auto& node : document.select_nodes("//system-out|//failure"))
        CHECK(std::string(node.node().text().get()).find("[[ATTACHMENT|/etc") == std::string::npos);
}

TEST_CASE("a run that was not begun is one case") {
    const Verdict verdict{.outcome = Outcome::error, .reason = "image-missing", .text = "No image"};
    auto document = parsed(junit_xml("TEST-01-BASIC", verdict));
    CHECK(attribute(case_of(document, "TEST-01-BASIC").child("error"), "type") == "image-missing");
    CHECK(attribute(document.child("testsuites").child("testsuite"), "errors") == "1");
    document = parsed(junit_xml(
        "TEST-01-BASIC", {.outcome = Outcome::skip, .reason = "disabled", .text = "Switched off"}));
    CHECK(
        attribute(case_of(document, "TEST-01-BASIC").child("skipped"), "message")
        == "disabled: Switched off");
    CHECK(problems(document) == 0);
}

TEST_CASE(
    "the rich flavour tells the place and properties of a case, and names files from the project") {
    auto seen = run_with_status("1");
    seen.journal->subtests = {
        {.name = "part",
         .result = SubtestResult::fail,
         .duration = {},
         .place = {.file = "units/part.sh", .line = 7},
         .reason = "no device"}};
    SampleRuns runs;
    runs.add("a", seen);
    runs.back().descriptor.source = {.file = "test/a/meson.build"};
    runs.back().record.journal = "/ci/project/build/a.journal";
    runs.back().record.console = "/elsewhere/console.log";
    const auto document =
        parsed(junit_xml(runs.collect(), {.flavor = JunitFlavor::rich, .root = "/ci/project"}));
    const auto test = case_of(document, "a");
    CHECK(attribute(test, "file") == "test/a/meson.build");
    CHECK(attribute(test, "line") == "(absent)");
    CHECK(attribute(case_of(document, "boot"), "file") == "test/a/meson.build");
    const auto part = case_of(document, "part");
    CHECK(attribute(part, "file") == "units/part.sh");
    CHECK(attribute(part, "line") == "7");
    CHECK(attribute(part.child("failure"), "message") == "no device");
    const auto reason = test.child("properties").find_child_by_attribute("name", "reason");
    CHECK(attribute(reason, "value") == "unit-failed");
    const std::string output = test.child("system-out").text().get();
    CHECK(
        output.find("[[ATTACHMENT|build/a.journal]]\n[[ATTACHMENT|/elsewhere/console.log]]\n")
        != std::string::npos);
}

TEST_CASE("the strict flavour has nothing of that") {
    SampleRuns runs;
    runs.add("a", run_with_status("1"));
    runs.back().descriptor.source = {.file = "test/a/meson.build", .line = 3};
    runs.back().record.journal = "/ci/project/build/a.journal";
    const auto document =
        parsed(junit_xml(runs.collect(), {.flavor = JunitFlavor::strict, .root = "/ci/project"}));
    const auto test = case_of(document, "a");
    CHECK(attribute(test, "file") == "(absent)");
    CHECK_FALSE(test.child("properties"));
    CHECK(
        std::string(test.child("system-out").text().get())
            .find("[[ATTACHMENT|/ci/project/build/a.journal]]")
        != std::string::npos);
}
