// SPDX-License-Identifier: LGPL-2.1-or-later
// golden FOLDER CASE…: the plan of each case against its plan.txt; or, where FOLDER has a
// host.yaml, the plans of all backends against BACKEND.txt. With BOOTPROOF_TEST_ACCEPT=1 in
// the environment the files are written instead, which tests nothing and is reported as skipped.
#include "base/error.hpp"
#include "golden_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

namespace {

using namespace bootproof;

constexpr int skipped = 77;

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
    Lines lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::string line_at(const Lines& lines, std::size_t number) {
    return number < lines.size() ? lines[number] : "(nothing)";
}

void check_same(
    const std::filesystem::path& path, const std::string& expected, const std::string& plan) {
    if (expected == plan)
        return;
    const auto before = lines_of(expected);
    const auto now = lines_of(plan);
    std::size_t number = 0;
    while (number < std::min(before.size(), now.size()) && before[number] == now[number])
        ++number;
    throw Error(
        fmt::format(
            "{}:{}: The plan is another one\n  expected: {}\n  is:       {}",
            path.string(),
            number + 1,
            line_at(before, number),
            line_at(now, number)),
        "BOOTPROOF_TEST_ACCEPT=1 writes the new one");
}

void check_shell_syntax(const std::string& name, const std::string& plan) {
    std::FILE* shell = ::popen("sh -n", "we");
    if (shell == nullptr)
        throw system_error(errno, "Failed to start sh");
    std::fwrite(plan.data(), 1, plan.size(), shell);
    if (::pclose(shell) != 0)
        throw Error(fmt::format("{}: The plan is not a script for sh(1)", name));
}

void check_case(const std::filesystem::path& folder, bool accept) {
    const bool of_backends = std::filesystem::exists(folder.parent_path() / "host.yaml");
    const auto plans = of_backends ? plans_of_backends(folder) : plan_of_case(folder);
    for (const auto& [name, plan] : plans) {
        check_shell_syntax(folder.filename().string(), plan);
        if (accept)
            std::ofstream(folder / name, std::ios::binary) << plan;
        else
            check_same(folder / name, read_whole(folder / name), plan);
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (const auto path = entry.path();
            path.extension() == ".txt" && !plans.contains(path.filename().string()))
            throw Error(fmt::format("'{}' is the plan of nothing", path.string()), "Remove it");
}

/// A case that is not in the list would pass for ever.
void check_list(const std::filesystem::path& folder, const std::set<std::string>& cases) {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (const auto name = entry.path().filename().string();
            std::filesystem::exists(entry.path() / "descriptor.yaml") && !cases.contains(name))
            throw Error(
                fmt::format("'{}' is not a case in the list of cases", entry.path().string()));
    if (cases.empty())
        throw Error("There are no cases");
}

bool holds(auto&& check) {
    try {
        check();
        return true;
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n", error.what());
        if (!error.hint().empty())
            fmt::print(stderr, "  ({})\n", error.hint());
        return false;
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty())
        return 2;
    const std::filesystem::path folder = arguments.front();
    const std::set<std::string> cases(arguments.begin() + 1, arguments.end());
    const char* value = std::getenv("BOOTPROOF_TEST_ACCEPT");
    const bool accept = value != nullptr && std::string_view(value) == "1";
    bool good = holds([&] { check_list(folder, cases); });
    for (const auto& name : cases)
        good = holds([&] { check_case(folder / name, accept); }) && good;
    if (!good)
        return 1;
    return accept ? skipped : 0;
}
