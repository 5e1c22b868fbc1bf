// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/run_words.hpp"

#include "base/error.hpp"
#include "cli/run_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace bootproof {

std::vector<std::string> run_words(const RunOptions& options) {
    std::vector<std::string> words;
    const auto say = [&](std::string_view option, std::string_view value) {
        if (!value.empty())
            words.push_back(fmt::format("{}={}", option, value));
    };
    if (options.machine != MachineRequest::automatic)
        say("--machine", options.machine == MachineRequest::vm ? "vm" : "container");
    if (options.backend)
        say("--backend", to_string(*options.backend));
    if (options.accelerator != AcceleratorChoice::automatic)
        say("--accel", options.accelerator == AcceleratorChoice::kvm ? "kvm" : "tcg");
    if (options.boot)
        say("--boot",
            *options.boot == Boot::own    ? "own"
            : *options.boot == Boot::fork ? "fork"
                                          : "auto");
    if (options.timeout_factor)
        say("--timeout-factor", fmt::format("{}", *options.timeout_factor));
    say("--image", options.image.string());
    say("--qemu", options.qemu.string());
    say("--nspawn", options.nspawn.string());
    return words;
}

void read_run_words(const std::vector<std::string>& words, RunOptions& options) {
    CLI::App app;
    add_machine_options(app, options);
    // It takes them from the end.
    auto reversed = words;
    std::ranges::reverse(reversed);
    try {
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        throw Error(
            fmt::format("'{}' are no options of a run: {}", fmt::join(words, " "), error.what()),
            "Run the test again with bootproof run");
    }
}

} // namespace bootproof
