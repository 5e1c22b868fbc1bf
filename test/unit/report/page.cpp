// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/page.hpp"

#include "contains.hpp"
#include "report/record.hpp"
#include "verdict/observations.hpp"

#include <doctest/doctest.h>
#include <pugixml.hpp>

#include <csignal>
#include <string>

using namespace bootproof;

namespace {

/// The body is well-formed XML, but for the script.
pugi::xml_document body_of(const std::string& page) {
    auto body = page.substr(page.find("<body>"));
    const auto script = body.rfind("<script>");
    body.erase(script, body.rfind("</script>") + std::string("</script>").size() - script);
    body.erase(body.rfind("</html>"));
    pugi::xml_document document;
    const auto result = document.load_buffer(body.data(), body.size(), pugi::parse_full);
    REQUIRE_MESSAGE(result, result.description());
    return document;
}

std::size_t count(const pugi::xml_document& document, const char* path) {
    return document.select_nodes(path).size();
}

} // namespace

TEST_CASE("the page has each run, and what is broken is unfolded") {
    SampleRuns samples;
    samples.add("good", good_run());
    samples.add("bad", run_with_status("1"));
    const auto page = html_page(samples.collect());
    const auto body = body_of(page);
    CHECK(count(body, "//main/details") == 2);
    CHECK(count(body, "//main/details[@open and @id='run-2']") == 1);
    CHECK(count(body, "//main/details[@open]") == 1);
    CHECK(count(body, "//header//a[@href='#run-2']") == 2);
    CHECK(count(body, "//*[@class='timeline']/*[@class='row']") == 2);
    CHECK(page == Contains("2 runs: 1 pass, 1 fail"));
    CHECK(page == Contains("All is well"));
}

TEST_CASE("where the journal is gone, the page has the lines that the verdict has") {
    SampleRuns samples;
    samples.add("good", good_run());
    auto runs = samples.collect();
    runs.front().excerpt.clear();
    CHECK(html_page(runs) == Contains("All is well"));
}

TEST_CASE("what a guest says is text in the page, and nothing else") {
    SampleRuns samples;
    samples.add("good", good_run());
    const auto expected = count(body_of(html_page(samples.collect())), "//script|//comment()");
    SampleRuns hostile;
    hostile.add("</title><script>alert(1)</script>", hostile_run());
    const auto page = html_page(hostile.collect());
    const auto body = body_of(page);
    CHECK(count(body, "//script|//comment()") == expected);
    CHECK(count(body, "//testcase|//failure") == 0);
    CHECK(page.find("<script>") == page.rfind("<script>"));
}

TEST_CASE("the page loads nothing from anywhere") {
    SampleRuns samples;
    samples.add("bad", hostile_run());
    const auto page = html_page(samples.collect());
    CHECK(page == Contains("default-src 'none'"));
    for (const auto* word : {"http:", "https:", "src=", "@import", "url("})
        CHECK_MESSAGE(page.find(word) == std::string::npos, word);
}

TEST_CASE("of many subtests those are shown that are broken, and the others are counted") {
    auto run = run_with_status("1");
    run.journal->subtests.assign(300, {.name = "a.01", .result = SubtestResult::pass});
    run.journal->subtests.push_back({.name = "a.02", .result = SubtestResult::fail});
    SampleRuns samples;
    samples.add("bad", run);
    const auto page = html_page(samples.collect());
    const auto body = body_of(page);
    CHECK(count(body, "//main//tr") == 200);
    CHECK(count(body, "//main//tr[1]/td[2][text()='a.02']") == 1);
    CHECK(page == Contains("… and 101 more"));
}

TEST_CASE("a page of 100 runs that failed is below 5 MB, with pictures and whatever is said") {
    // Each of them is five in HTML.
    for (const char c : {'x', '&'}) {
        CAPTURE(c);
        auto run = run_with_status("1");
        const std::string words(200, c);
        const std::vector<JournalLine> lines(300, {.identifier = "sh", .message = words});
        run.messages.front().fields["STATUS"] = words;
        run.console_tail = std::string(64 * 1024, c);
        run.journal->unit_tail = lines;
        run.journal->kernel_warnings = lines;
        run.journal->failed_units.assign(10, {.name = words, .result = "timeout", .tail = lines});
        run.journal->subtests.assign(200, {.name = words, .result = SubtestResult::pass});
        run.journal->coredumps.assign(
            20, {.executable = words, .signal = SIGSEGV, .unit = words, .stack = {}});
        SampleRuns samples;
        for (int i = 0; i < 100; ++i)
            samples.add("bad", run);
        auto runs = samples.collect();
        auto picture = sample_png();
        picture.resize(most_pictures / runs.size());
        for (auto& each : runs)
            each.screenshot = picture;
        const auto page = html_page(runs);
        CHECK(page.size() < 5'000'000);
        CHECK(count(body_of(page), "//image") == 100);
    }
}
