// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/saved_machines.hpp"

#include "base/error.hpp"
#include "launch/facts.hpp"
#include "launch/log.hpp"
#include "launch/saved_machine_files.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <set>
#include <sstream>

namespace bootproof {

namespace {

using Path = std::filesystem::path;
using SystemClock = std::chrono::system_clock;

/// In the directory of a class: a symlink to the machine that is used, which has a name of its own,
/// so that nobody's paths ever lead into another.
constexpr std::string_view link_name = "machine";
constexpr std::string_view uses_name = "uses";

/// A file's times come from a coarse clock, a tick behind the one that is asked.
constexpr std::chrono::milliseconds longest_tick(20);

/// The machine of a class; empty where there is none.
Path current_machine(const Path& directory) {
    std::error_code code;
    const auto name = std::filesystem::read_symlink(directory / link_name, code);
    return code ? Path() : directory / name.filename();
}

UniqueFd lock_uses(const Path& directory) {
    return lock_file(directory / "uses.lock");
}

bool remove_if_unused(const Path& directory) {
    const auto lock = try_lock(directory);
    if (!lock)
        return false;
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    return true;
}

/// Whoever calls this holds the lock of the class, so that nobody makes a machine.
std::vector<Path> sweep_class(const Path& directory) {
    std::vector<Path> removed;
    const auto current = current_machine(directory);
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
        if (!entry.is_symlink(ignored) && entry.is_directory(ignored) && entry.path() != current
            && remove_if_unused(entry.path()))
            removed.push_back(entry.path());
    return removed;
}

/// The machine takes the place of the one before, which a clone may hold: then that goes with a
/// later sweep.
void put_in_place(const Path& directory, const Path& machine) {
    const auto aside = directory / "machine.new";
    std::error_code code;
    std::filesystem::remove(aside, code);
    std::filesystem::create_symlink(machine.filename(), aside, code);
    if (!code)
        std::filesystem::rename(aside, directory / link_name, code);
    if (code)
        throw Error(fmt::format(
            "Failed to make '{}': {}", (directory / link_name).string(), code.message()));
    sync_file(directory);
}

/// Whoever calls this holds the lock of the class.
MadeMachine make_machine(
    const Path& directory,
    const BootClass& boot_class,
    const PlanInput& input,
    const MakeMachine& make) {
    check_room(directory, input.descriptor.memory_mib);
    // What fails on the way leaves a directory that the next sweep removes.
    const auto machine = make_unique_directory(directory / "machine");
    make_machine_disk(machine, input);
    auto made = make(machine);
    if (!made.saved)
        return made;
    complete_machine(machine, boot_class, made.boot_time);
    put_in_place(directory, machine);
    const auto lock = lock_uses(directory);
    write_facts(directory / uses_name, {});
    sweep_class(directory);
    return made;
}

/// Whatever stood against it is for all who wait, too.
MadeMachine try_to_make_machine(
    const Path& directory,
    const BootClass& boot_class,
    const PlanInput& input,
    const MakeMachine& make) {
    try {
        return make_machine(directory, boot_class, input, make);
    } catch (const Error& error) {
        std::string text = error.what();
        if (!error.hint().empty())
            text += fmt::format(" ({})", error.hint());
        return {.saved = false, .failure = std::move(text), .boot_time = {}};
    }
}

/// Text that was left behind since that moment.
std::string failure_since(const Path& file, SystemClock::time_point moment) {
    const auto stamp = file_stamp(file);
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(
        (moment - longest_tick).time_since_epoch());
    return stamp && stamp->modified >= since.count() ? read_file(file) : std::string();
}

HeldMachine hold(const Path& machine) {
    return {.directory = machine, .lock = lock_shared(machine), .failure = {}};
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> result;
    for (std::string word; stream >> word;)
        result.push_back(word);
    return result;
}

std::vector<Path> class_directories(const Path& store) {
    std::vector<Path> directories;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(store, ignored))
        if (entry.is_directory(ignored))
            directories.push_back(entry.path());
    std::ranges::sort(directories);
    return directories;
}

SavedMachineRecord record_of(const Path& directory) {
    const auto machine = current_machine(directory);
    const auto facts = read_facts(machine / "facts");
    const auto uses = read_facts(directory / uses_name);
    const auto tests = uses.find("tests");
    const auto boot = fact_number(facts, "boot-ms");
    const auto made = fact_number(facts, "made");
    return {
        .boot_class = directory.filename().string(),
        .tests = words(tests == uses.end() ? std::string() : tests->second),
        .bytes = machine_bytes(machine),
        .made = SystemClock::from_time_t(made),
        .last_used = SystemClock::from_time_t(std::max(made, fact_number(uses, "last"))),
        .uses = static_cast<unsigned>(fact_number(uses, "uses")),
        .boot_time = std::chrono::milliseconds(boot),
        .time_saved = std::chrono::milliseconds(
            fact_number(uses, "uses") * boot - fact_number(uses, "fork-ms") - boot),
    };
}

/// Whoever calls this holds the lock of the class.
bool remove_machine(const Path& directory) {
    const auto machine = current_machine(directory);
    if (machine.empty() || !remove_if_unused(machine))
        return false;
    std::error_code ignored;
    std::filesystem::remove(directory / link_name, ignored);
    return true;
}

} // namespace

HeldMachine hold_saved_machine(
    const Path& store,
    const BootClass& boot_class,
    const PlanInput& input,
    std::chrono::milliseconds patience,
    const MakeMachine& make) {
    const auto directory = store / boot_class.name;
    make_private_directory(directory);
    const auto arrived = SystemClock::now();
    auto lock = try_lock_file(directory / "lock");
    if (!lock) {
        log_info(fmt::format("Waiting for a machine that another run boots ({})", boot_class.name));
        lock = lock_file_within(directory / "lock", patience);
        if (!lock)
            throw Error(
                fmt::format(
                    "Another run still boots the machine that '{}' is for", directory.string()),
                "Say --boot=own to boot this test by itself");
        if (auto failure = failure_since(directory / "failure", arrived); !failure.empty())
            return {.directory = {}, .lock = {}, .failure = std::move(failure)};
    }
    sweep_class(directory);
    if (const auto machine = current_machine(directory); !machine.empty()) {
        const auto anew = why_made_anew(machine, boot_class);
        if (anew.empty())
            return hold(machine);
        log_info(fmt::format("The saved machine {} is made anew: {}", boot_class.name, anew));
    }
    const auto made = try_to_make_machine(directory, boot_class, input, make);
    if (made.saved)
        return hold(current_machine(directory));
    if (!made.failure.empty())
        replace_file(directory / "failure", made.failure);
    return {.directory = {}, .lock = {}, .failure = made.failure};
}

void discard_saved_machine(
    const Path& store, const BootClass& boot_class, const HeldMachine& machine) {
    const auto directory = store / boot_class.name;
    // Who has the lock is making another.
    const auto lock = try_lock_file(directory / "lock");
    std::error_code ignored;
    if (lock && current_machine(directory) == machine.directory)
        std::filesystem::remove(directory / link_name, ignored);
}

void count_use(
    const Path& store,
    const BootClass& boot_class,
    const std::string& test,
    std::chrono::milliseconds fork_time) {
    const auto path = store / boot_class.name / uses_name;
    const auto lock = lock_uses(store / boot_class.name);
    auto uses = read_facts(path);
    const auto names = words(uses["tests"]);
    std::set<std::string> tests(names.begin(), names.end());
    tests.insert(test);
    uses["tests"] = fmt::format("{}", fmt::join(tests, " "));
    uses["uses"] = std::to_string(fact_number(uses, "uses") + 1);
    uses["fork-ms"] = std::to_string(fact_number(uses, "fork-ms") + fork_time.count());
    uses["last"] = std::to_string(std::time(nullptr));
    write_facts(path, uses);
}

void evict_saved_machines(const Path& store, const SavedMachineLimits& limits) {
    auto machines = list_saved_machines(store);
    std::ranges::sort(machines, {}, &SavedMachineRecord::last_used);
    auto count = machines.size();
    std::uint64_t bytes = 0;
    for (const auto& machine : machines)
        bytes += machine.bytes;
    for (const auto& machine : machines) {
        if (count <= limits.count && bytes <= limits.bytes)
            return;
        const auto directory = store / machine.boot_class;
        const auto lock = try_lock_file(directory / "lock");
        if (!lock || !remove_machine(directory))
            continue;
        log_info(fmt::format("Removed the saved machine {} to make room", machine.boot_class));
        --count;
        bytes -= machine.bytes;
    }
}

std::vector<SavedMachineRecord> list_saved_machines(const Path& store) {
    std::vector<SavedMachineRecord> records;
    for (const auto& directory : class_directories(store))
        if (is_complete_machine(current_machine(directory)))
            records.push_back(record_of(directory));
    return records;
}

std::vector<Path> remove_saved_machines(const Path& store) {
    std::vector<Path> removed;
    for (const auto& directory : class_directories(store)) {
        const auto lock = try_lock_file(directory / "lock");
        if (!lock)
            continue;
        const auto swept = sweep_class(directory);
        removed.insert(removed.end(), swept.begin(), swept.end());
        if (auto machine = current_machine(directory); remove_machine(directory))
            removed.push_back(std::move(machine));
    }
    return removed;
}

} // namespace bootproof
