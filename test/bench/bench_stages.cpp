// SPDX-License-Identifier: LGPL-2.1-or-later
// Stages of the runner by themselves, each as often as ROUNDS says; a line of JSON a round, with
// the seconds that it took, and those of them on a CPU. For tools/bench.
//   bench-stages plan ROUNDS HOST IMAGE DESCRIPTOR…      reads and plans all descriptors
//   bench-stages read ROUNDS JOURNAL UNIT                reads a journal
//   bench-stages finish ROUNDS JOURNAL DESCRIPTOR FOLDER all that follows the end of a machine
#include "base/error.hpp"
#include "descriptor/image_manifest.hpp"
#include "launch/acquire.hpp"
#include "launch/console_log.hpp"
#include "launch/find_tests.hpp"
#include "launch/read_journal.hpp"
#include "plan/plan_launch.hpp"
#include "recorded_host.hpp"
#include "report/event_log.hpp"
#include "report/junit.hpp"
#include "report/summary.hpp"
#include "report/tap.hpp"
#include "sys/file.hpp"
#include "verdict/boot_phases.hpp"
#include "verdict/judge.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace bootproof;
using Path = std::filesystem::path;
using Arguments = std::span<const std::string>;

/// Does it once, and says in JSON what came of it.
using Stage = std::function<std::string()>;

/// What a run without a saved machine takes for itself, under fixed names.
RunOptions fixed_options() {
    RunOptions options;
    options.output_directory = "/build/test/journal";
    options.machines_directory = "/build/machines";
    options.directories.runtime = "/run/bootproof";
    options.directories.temporary = "/var/tmp";
    return options;
}

/// As a run does it, but that the host is known and the image's files need not be there.
LaunchPlan plan_one(const Path& path, const Path& manifest, const HostCapabilities& host) {
    const auto options = fixed_options();
    const auto test = load_descriptor(path);
    const auto image = parse_image_manifest(read_file(manifest), manifest);
    const auto machine = choose_machine(test, options, host.container);
    const auto backend = choose_backend({test, image, options, host}, machine);
    const auto boot = choose_boot(test, image, options, host, machine, backend.backend);
    auto resources = imagine_resources(test.name, options);
    if (boot.kind == BootKind::forked)
        resources.saved_machine = options.machines_directory / "CLASS" / "machine";
    return plan_launch({test, image, options, host, resources, machine, backend, boot});
}

Stage plan_stage(Arguments arguments) {
    if (arguments.size() < 3)
        throw Error("plan needs a host, an image and descriptors");
    const auto host = parse_host(read_file(arguments[0]), arguments[0]);
    const Path image = arguments[1];
    const std::vector<Path> descriptors(arguments.begin() + 2, arguments.end());
    return [=] {
        std::size_t words = 0;
        for (const auto& path : descriptors)
            words += plan_one(path, image, host).machine.size();
        return fmt::format(R"("descriptors": {}, "words": {})", descriptors.size(), words);
    };
}

JournalFindings read_existing(const Path& journal, const std::string& unit) {
    auto findings = read_journal(journal, unit, {});
    if (!findings)
        throw Error(fmt::format("Failed to read the journal '{}'", journal.string()));
    return *std::move(findings);
}

Stage read_stage(Arguments arguments) {
    if (arguments.size() != 2)
        throw Error("read needs a journal and a unit");
    const Path journal = arguments[0];
    const auto& unit = arguments[1];
    return [=] {
        const auto findings = read_existing(journal, unit);
        return fmt::format(
            R"("coredumps": {}, "sanitizer_reports": {}, "subtests": {}, "tail": {})",
            findings.coredumps.size(),
            findings.sanitizer_reports.size(),
            findings.subtests.size(),
            findings.unit_tail.size());
    };
}

/// What is seen of a virtual machine whose test passes, but for its console and journal.
Observation passed_run(const TestDescriptor& test) {
    const auto status = std::to_string(test.exit_code);
    return {
        .started = std::chrono::system_clock::now(),
        .duration = std::chrono::minutes(1),
        .machine_end = ProcessEnd{.exit_status = 0},
        .channel_opened = true,
        .messages =
            {{.fields = {{"READY", "1"}}},
             {.fields = {{"EXIT_STATUS", status}, {"X_SYSTEMD_SHUTDOWN", "poweroff"}}}},
        .events = {{.name = "SHUTDOWN", .reason = "guest-shutdown"}},
    };
}

std::string
finish(const Path& journal, const Path& console, const TestDescriptor& test, const Path& folder) {
    auto observation = passed_run(test);
    const auto text = read_file_tail(console, std::size_t{1024} * 1024);
    observation.console_tail = console_tail(text, 40);
    observation.panic = find_panic(text);
    observation.journal = read_existing(journal, test.unit);
    const auto verdict = judge(test, observation);
    const RunRecord record{
        .descriptor = test,
        .observation = observation,
        .verdict = verdict,
        .phases = boot_phases(observation),
        .journal = journal,
        .console = console,
    };
    replace_file(folder / "junit.xml", junit_xml(record));
    write_file(folder / "events.log", event_log(observation), 0644);
    write_file(folder / "summary", summary(record, false) + tap(record), 0644);
    return fmt::format(R"("outcome": "{}")", to_string(verdict.outcome));
}

Stage finish_stage(Arguments arguments) {
    if (arguments.size() != 3)
        throw Error("finish needs a journal, a descriptor and a folder to write into");
    const Path journal = arguments[0];
    const auto test = load_descriptor(arguments[1]);
    const Path folder = arguments[2];
    const auto console = journal.parent_path() / (journal.stem().string() + ".run") / "console.log";
    return [=] { return finish(journal, console, test, folder); };
}

Stage find_stage(const std::string& name, Arguments arguments) {
    if (name == "plan")
        return plan_stage(arguments);
    if (name == "read")
        return read_stage(arguments);
    if (name == "finish")
        return finish_stage(arguments);
    throw Error(fmt::format("Unknown stage '{}'", name), "plan, read or finish");
}

int parse_rounds(const std::string& text) {
    int rounds = 0;
    std::from_chars(text.data(), text.data() + text.size(), rounds);
    if (rounds < 1)
        throw Error(fmt::format("'{}' is not a number of rounds", text));
    return rounds;
}

void run(Arguments arguments) {
    if (arguments.size() < 2)
        throw Error("A stage and a number of rounds are missing");
    const auto stage = find_stage(arguments[0], arguments.subspan(2));
    for (int rounds = parse_rounds(arguments[1]); rounds > 0; --rounds) {
        const auto started = std::chrono::steady_clock::now();
        const auto used = std::clock();
        const auto result = stage();
        const double cpu = static_cast<double>(std::clock() - used) / CLOCKS_PER_SEC;
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - started;
        fmt::print(R"({{"seconds": {:.6f}, "cpu": {:.6f}, {}}})", time.count(), cpu, result);
        fmt::print("\n");
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        run(arguments);
        return 0;
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n", error.what());
        if (!error.hint().empty())
            fmt::print(stderr, "  ({})\n", error.hint());
        return 1;
    }
}
