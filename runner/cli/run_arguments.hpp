// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/run_options.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <set>
#include <string>

namespace bootproof {

/// The options that run, plan and shell have in common.
struct RunArguments {
    std::string test;
    std::string build_directory;
    std::string output_directory;
    std::string gtest_output;
    RunOptions options;
};

/// An option that is one of a few words. The map has to live as long as 'app'.
template <typename Target, typename Value>
void add_choice(
    CLI::App& app,
    const std::string& name,
    Target& target,
    const std::map<std::string, Value>& words,
    const std::string& description) {
    std::set<std::string> names;
    for (const auto& [word, unused] : words)
        names.insert(word);
    app.add_option_function<std::string>(
           name, [&](const std::string& word) { target = words.at(word); }, description)
        ->check(CLI::IsMember(names));
}

/// What the machine is; 'options' has to live as long as 'app'.
void add_machine_options(CLI::App& app, RunOptions& options);

/// The test, its machine, and where its evidence goes.
void add_run_options(CLI::App& app, RunArguments& arguments);

/// Of --boot.
const std::map<std::string, Boot>& boot_words();

void add_retry_options(CLI::App& app, Retries& retries);

void add_keep_option(CLI::App& app, bool& keep_failed);

/// How far `run` goes, and what it leaves.
void add_unattended_options(CLI::App& app, RunArguments& arguments);

RunOptions finish(const RunArguments& arguments);

} // namespace bootproof
