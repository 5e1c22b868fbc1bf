// SPDX-License-Identifier: LGPL-2.1-or-later
#include "keep_evidence.hpp"

#include "base/printable.hpp"
#include "launch/acquire.hpp"
#include "launch/evidence_retention.hpp"
#include "launch/find_runs.hpp"
#include "launch/log.hpp"
#include "load_run.hpp"
#include "plan/shell_script.hpp"
#include "report/event_log.hpp"
#include "report/junit.hpp"
#include "report/stored_run.hpp"
#include "sys/file.hpp"
#include "sys/journal_file.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace bootproof {

namespace {

constexpr unsigned mode = 0644;
/// Of the end of the console, for people.
constexpr std::size_t console_bytes = 1024 * 1024;

void keep(const LaunchPlan& plan, std::string_view name, std::string_view content) {
    if (!content.empty())
        try_anyway([&] { write_file(plan.evidence / name, content, mode); });
}

/// Relative, so that both may be moved together.
void link_journal(const LaunchPlan& plan, const std::filesystem::path& journal) {
    if (journal.empty())
        return;
    std::error_code ignored;
    std::filesystem::create_symlink(
        std::filesystem::relative(journal, plan.evidence, ignored),
        plan.evidence / "journal",
        ignored);
}

/// For a comparison, once later runs have replaced it.
void keep_last(const LaunchPlan& plan, const RunRecord& record, LastRun which) {
    const auto directory = last_run(plan.evidence.parent_path(), plan.name, which);
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    std::filesystem::create_directories(directory, ignored);
    const auto link = [&](const std::filesystem::path& file) {
        std::filesystem::create_hard_link(file, directory / file.filename(), ignored);
    };
    link(plan.evidence / verdict_name);
    for (const auto& file : journal_files(record.journal))
        link(file);
}

/// Runs beyond the first of an earlier `meson test --repeat` would pass for runs beside this one.
void remove_repetitions(const std::filesystem::path& evidence, const RunRecord& record) {
    const auto& test = record.descriptor.name;
    if (evidence.stem() != test)
        return;
    const auto output = evidence.parent_path();
    const auto began = (record.observation.started - record.before).time_since_epoch();
    for (const auto& verdict : find_runs(output))
        if (const auto run = run_name(verdict);
            run.starts_with(test + "-") && std::chrono::nanoseconds(ended_at(verdict)) < began
            && is_run_of(verdict, test))
            try_anyway([&] { remove_run(output, run); });
}

} // namespace

void keep_plan(const LaunchPlan& plan, const std::filesystem::path& descriptor) {
    keep(plan, "plan.sh", shell_script(plan));
    if (!descriptor.empty())
        try_anyway([&] { copy_whole_file(descriptor, plan.evidence / "descriptor.yaml"); });
}

bool keep_verdict_alone(
    RunRecord& record,
    const std::filesystem::path& descriptor,
    const RunOptions& options,
    bool is_own_place) {
    bool is_another = false;
    try_anyway([&] {
        const auto place = acquire_evidence(record.descriptor.name, options, is_own_place);
        is_another = !place;
        if (is_another)
            return;
        const auto& [directory, lock] = *place;
        if (const auto console = console_log(directory); bytes_on_disk(console) > 0)
            record.console = console;
        if (!descriptor.empty())
            copy_whole_file(descriptor, directory / "descriptor.yaml");
        write_file(directory / "junit.xml", junit_xml(record), mode);
        write_file(directory / verdict_name, stored_run_json(record), mode);
        remove_repetitions(directory, record);
        remove_old_evidence(directory, options.evidence_limits);
    });
    return !is_another;
}

void remove_old_evidence(const std::filesystem::path& evidence, const EvidenceLimits& limits) {
    try_anyway([&] {
        remove_old_evidence(
            evidence.parent_path(),
            evidence.stem().string(),
            limits,
            [](const std::filesystem::path& verdict) {
                return !is_broken(load_run(verdict)->verdict.outcome);
            });
    });
}

void keep_events(const LaunchPlan& plan, const Observation& observation) {
    keep(plan, "events.log", event_log(observation));
}

std::filesystem::path
settle_journal(const LaunchPlan& plan, const Verdict& verdict, const RunOptions& options) {
    if (options.save_journal == SaveJournal::always
        || (options.save_journal == SaveJournal::on_failure && is_broken(verdict.outcome)))
        return keep_journal(plan.journal, options);
    remove_journal(plan.journal);
    return {};
}

std::filesystem::path settle_screenshot(const LaunchPlan& plan) {
    // QEMU had a file for it in any case.
    if (plan.screenshot.empty())
        return {};
    std::error_code ignored;
    if (bytes_on_disk(plan.screenshot) > 0) {
        std::filesystem::permissions(plan.screenshot, std::filesystem::perms{mode}, ignored);
        return plan.screenshot;
    }
    std::filesystem::remove(plan.screenshot, ignored);
    return {};
}

void keep_verdict(const LaunchPlan& plan, const RunRecord& record, const std::string& junit) {
    const auto& observation = record.observation;
    keep_events(plan, observation);
    keep(plan, "machine.log", printable(observation.machine_errors));
    keep(plan, "journal-receiver.log", printable(observation.receiver_errors));
    keep(plan, "registers.txt", printable(observation.registers));
    keep(plan, "junit.xml", junit);
    link_journal(plan, record.journal);
    if (record.verdict.outcome != Outcome::pass)
        try_anyway([&] {
            keep(plan, "console.txt", printable(read_file_tail(plan.console_log, console_bytes)));
        });
    // Last: whoever finds it finds the others.
    keep(plan, verdict_name, stored_run_json(record));
    const auto outcome = record.verdict.outcome;
    if (outcome == Outcome::pass)
        keep_last(plan, record, LastRun::passed);
    else if (is_failure(outcome))
        keep_last(plan, record, LastRun::failed);
    remove_repetitions(plan.evidence, record);
}

} // namespace bootproof
