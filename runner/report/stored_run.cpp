// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/stored_run.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

namespace bootproof {

namespace {

using Json = nlohmann::ordered_json;

/// Raised when a key gets another meaning or goes; a new key does not raise it.
constexpr int format = 1;

constexpr auto outcomes = std::to_array<Outcome>(
    {Outcome::pass,
     Outcome::fail,
     Outcome::skip,
     Outcome::timeout,
     Outcome::error,
     Outcome::interrupted});

constexpr auto subtest_results = std::to_array<std::pair<SubtestResult, std::string_view>>(
    {{SubtestResult::unfinished, "unfinished"},
     {SubtestResult::pass, "pass"},
     {SubtestResult::fail, "fail"},
     {SubtestResult::skip, "skip"}});

struct Text {
    const char* name;
    std::string RunRecord::*value;
};

constexpr auto machine_texts = std::to_array<Text>(
    {{"accelerator", &RunRecord::accelerator},
     {"accelerator-reason", &RunRecord::accelerator_reason},
     {"qemu-version", &RunRecord::qemu_version},
     {"firmware", &RunRecord::firmware},
     {"platform", &RunRecord::platform},
     {"image-digest", &RunRecord::image_digest}});

constexpr auto commands = std::to_array<Text>(
    {{"rerun", &RunRecord::rerun_command},
     {"resume", &RunRecord::resume_command},
     {"journal", &RunRecord::journal_command},
     {"coredumps", &RunRecord::coredump_command}});

Json phases_json(const BootPhases& measured) {
    auto json = Json::object();
    for (const auto& [name, value] : all_phases)
        if (const auto& phase = measured.*value)
            json[std::string(name)] = phase->count();
    return json;
}

Json texts_json(const RunRecord& record, std::span<const Text> texts) {
    auto json = Json::object();
    for (const auto& [name, value] : texts)
        if (!(record.*value).empty())
            json[name] = record.*value;
    return json;
}

Json machine_json(const RunRecord& record) {
    auto json = texts_json(record, machine_texts);
    json["kind"] = record.observation.kind == MachineKind::vm ? "vm" : "container";
    json["backend"] = to_string(record.observation.backend);
    json["forked"] = record.observation.forked.has_value();
    return json;
}

Json host_json(const HostState& host) {
    return {
        {"load", host.load},
        {"processors", host.processors},
        {"available-memory", host.available_memory},
        {"oom-kills", host.oom_kills}};
}

HostState parse_host(const Json& json) {
    return {
        .load = json.at("load"),
        .processors = json.at("processors"),
        .available_memory = json.at("available-memory"),
        .oom_kills = json.at("oom-kills")};
}

Json subtests_json(const JournalFindings& journal) {
    auto json = Json::array();
    for (const auto& subtest : journal.subtests) {
        const auto* word = std::ranges::find(
            subtest_results, subtest.result, &std::pair<SubtestResult, std::string_view>::first);
        Json item{{"name", subtest.name}, {"result", word->second}};
        if (subtest.duration)
            item["duration-us"] = subtest.duration->count();
        if (!subtest.place.file.empty())
            item["place"] = to_string(subtest.place);
        if (!subtest.reason.empty())
            item["reason"] = subtest.reason;
        json.push_back(std::move(item));
    }
    return json;
}

Json lines_json(const std::vector<JournalLine>& lines) {
    auto json = Json::array();
    for (const auto& line : lines)
        json.push_back(
            {{"at-us", line.monotonic.count()},
             {"priority", line.priority},
             {"identifier", line.identifier},
             {"message", line.message}});
    return json;
}

Json journal_json(const JournalFindings& journal) {
    auto coredumps = Json::array();
    for (const auto& coredump : journal.coredumps)
        coredumps.push_back(
            {{"executable", coredump.executable},
             {"signal", coredump.signal},
             {"unit", coredump.unit},
             {"pid", coredump.pid},
             {"stack", coredump.stack}});
    auto reports = Json::array();
    for (const auto& report : journal.sanitizer_reports)
        reports.push_back(
            {{"process", report.process},
             {"pid", report.pid},
             {"sanitizer", report.sanitizer},
             {"text", report.text}});
    auto failed = Json::array();
    for (const auto& unit : journal.failed_units)
        failed.push_back(
            {{"name", unit.name}, {"result", unit.result}, {"tail", lines_json(unit.tail)}});
    return {
        {"boots", journal.boots},
        {"subtests", subtests_json(journal)},
        {"coredumps", std::move(coredumps)},
        {"sanitizer-reports", std::move(reports)},
        {"failed-units", std::move(failed)},
        {"kernel-warnings", lines_json(journal.kernel_warnings)},
        {"unit-tail", lines_json(journal.unit_tail)},
    };
}

std::int64_t microseconds_since_epoch(WallClock::time_point time) {
    return std::chrono::duration_cast<Microseconds>(time.time_since_epoch()).count();
}

Outcome parse_outcome(const std::string& word) {
    const auto* found =
        std::ranges::find_if(outcomes, [&](Outcome outcome) { return to_string(outcome) == word; });
    if (found == outcomes.end())
        throw Error(fmt::format("'{}' is no outcome", word));
    return *found;
}

std::vector<SubtestRecord> parse_subtests(const Json& json) {
    std::vector<SubtestRecord> subtests;
    for (const auto& item : json) {
        const auto* word = std::ranges::find(
            subtest_results,
            item.at("result").get<std::string>(),
            &std::pair<SubtestResult, std::string_view>::second);
        if (word == subtest_results.end())
            throw Error(fmt::format("'{}' is no result of a subtest", item.at("result").dump()));
        SubtestRecord subtest{.name = item.at("name"), .result = word->first};
        if (item.contains("duration-us"))
            subtest.duration = Microseconds(item.at("duration-us").get<std::int64_t>());
        subtest.place = parse_place(item.value("place", std::string())).value_or(SourcePlace());
        subtest.reason = item.value("reason", std::string());
        subtests.push_back(std::move(subtest));
    }
    return subtests;
}

std::vector<JournalLine> parse_lines(const Json& json) {
    std::vector<JournalLine> lines;
    for (const auto& item : json)
        lines.push_back({
            .monotonic = Microseconds(item.at("at-us").get<std::int64_t>()),
            .priority = item.at("priority"),
            .identifier = item.at("identifier"),
            .message = item.at("message"),
        });
    return lines;
}

JournalFindings parse_journal(const Json& json) {
    JournalFindings journal{
        .has_entries = true,
        .boots = json.at("boots"),
        .subtests = parse_subtests(json.at("subtests")),
        .unit_tail = parse_lines(json.at("unit-tail")),
        .kernel_warnings = parse_lines(json.at("kernel-warnings"))};
    for (const auto& item : json.at("failed-units"))
        journal.failed_units.push_back({
            .name = item.at("name"),
            .result = item.at("result"),
            .tail = parse_lines(item.at("tail")),
        });
    for (const auto& item : json.at("coredumps"))
        journal.coredumps.push_back({
            .executable = item.at("executable"),
            .signal = item.at("signal"),
            .unit = item.at("unit"),
            .pid = item.at("pid"),
            .stack = item.at("stack"),
        });
    for (const auto& item : json.at("sanitizer-reports"))
        journal.sanitizer_reports.push_back({
            .process = item.at("process"),
            .pid = item.at("pid"),
            .sanitizer = item.at("sanitizer"),
            .text = item.at("text"),
        });
    return journal;
}

void parse_machine(const Json& json, Observation& observation) {
    observation.kind = json.at("kind") == "container" ? MachineKind::container : MachineKind::vm;
    observation.backend =
        backend_named(json.at("backend").get<std::string>()).value_or(Backend::qemu);
    if (json.at("forked").get<bool>())
        observation.forked = ForkTime();
}

Observation parse_observation(const Json& json) {
    Observation observation{
        .started = WallClock::time_point(Microseconds(json.at("started-us").get<std::int64_t>())),
        .duration = Microseconds(json.at("duration-us").get<std::int64_t>()),
        .console_tail = json.at("console-tail"),
    };
    if (json.contains("machine"))
        parse_machine(json.at("machine"), observation);
    if (json.contains("host"))
        observation.host = parse_host(json.at("host"));
    if (json.contains("journal"))
        observation.journal = parse_journal(json.at("journal"));
    return observation;
}

void parse_texts(const Json& json, std::span<const Text> texts, RunRecord& record) {
    for (const auto& [name, value] : texts)
        record.*value = json.value(name, std::string());
}

std::unique_ptr<StoredRun> parse_run(const Json& json) {
    if (const int found = json.at("format"); found != format)
        throw Error(
            fmt::format("it is of format {}, and this version knows {}", found, format),
            "Run the test again");
    TestDescriptor test;
    test.name = json.at("test");
    test.unit = json.at("unit");
    test.source = parse_place(json.value("source", std::string())).value_or(SourcePlace());
    Verdict verdict{
        .outcome = parse_outcome(json.at("outcome")),
        .reason = json.at("reason"),
        .text = json.at("text"),
        .findings = json.at("findings"),
    };
    auto run =
        std::make_unique<StoredRun>(std::move(test), parse_observation(json), std::move(verdict));
    auto& record = run->record;
    for (const auto& [name, value] : all_phases)
        if (const auto& measured = json.at("phases-us"); measured.contains(name))
            record.phases.*value = Microseconds(measured.at(name).get<std::int64_t>());
    record.before = Microseconds(json.value("before-us", std::int64_t{0}));
    record.has_machine = json.contains("machine");
    if (record.has_machine)
        parse_texts(json.at("machine"), machine_texts, record);
    parse_texts(json.at("commands"), commands, record);
    record.attempt = json.value("attempt", 1U);
    record.options = json.value("options", std::vector<std::string>());
    record.environment = json.value("environment", std::map<std::string, std::string>());
    record.journal = json.at("files").value("journal", std::string());
    record.console = json.at("files").value("console", std::string());
    record.screenshot = json.at("files").value("screenshot", std::string());
    return run;
}

} // namespace

StoredRun::StoredRun(TestDescriptor test, Observation seen, Verdict judged)
    : descriptor(std::move(test))
    , observation(std::move(seen))
    , verdict(std::move(judged))
    , record{.descriptor = descriptor, .observation = observation, .verdict = verdict} {}

std::string stored_run_json(const RunRecord& record) {
    const auto& observation = record.observation;
    Json json{
        {"format", format},
        {"test", record.descriptor.name},
        {"unit", record.descriptor.unit},
        {"source", to_string(record.descriptor.source)},
        {"outcome", to_string(record.verdict.outcome)},
        {"reason", record.verdict.reason},
        {"text", record.verdict.text},
        {"findings", record.verdict.findings},
        {"started-us", microseconds_since_epoch(observation.started)},
        {"before-us", record.before.count()},
        {"duration-us", observation.duration.count()},
        {"phases-us", phases_json(record.phases)},
        {"files", Json::object()},
        {"commands", texts_json(record, commands)},
        {"attempt", record.attempt},
        {"options", record.options},
        {"environment", record.environment},
        {"console-tail", observation.console_tail},
    };
    if (record.has_machine) {
        json["machine"] = machine_json(record);
        json["host"] = host_json(observation.host);
    }
    if (!record.journal.empty())
        json["files"]["journal"] = record.journal.string();
    if (!record.console.empty())
        json["files"]["console"] = record.console.string();
    if (!record.screenshot.empty())
        json["files"]["screenshot"] = record.screenshot.string();
    if (observation.journal)
        json["journal"] = journal_json(*observation.journal);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::unique_ptr<StoredRun>
parse_stored_run(std::string_view json, const std::filesystem::path& path) {
    try {
        return parse_run(Json::parse(json));
    } catch (const Json::exception& error) {
        throw Error(
            fmt::format("'{}' is no verdict of a run: {}", path.string(), error.what()),
            "Run the test again");
    } catch (const Error& error) {
        throw Error(
            fmt::format("'{}' is no verdict of a run: {}", path.string(), error.what()),
            error.hint());
    }
}

} // namespace bootproof
