// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/unit_credentials.hpp"

#include "base/exit_statuses.hpp"
#include "plan/written_units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bootproof {

namespace {

/// A directive is one line, but a command may be given on several: inside quotes '\n' is a newline
/// again. systemd ends a line at a carriage return, too.
std::string on_one_line(std::string_view value) {
    std::string line;
    for (const char c : value)
        line += c == '\n' ? std::string("\\n") : c == '\r' ? std::string("\\r") : std::string(1, c);
    return line;
}

std::string directives(const std::map<std::string, std::string>& settings) {
    std::string text;
    for (const auto& [name, value] : settings)
        text += fmt::format("{}={}\n", name, value);
    return text;
}

std::string unit_section(const TestDescriptor& test, Console console, BootKind kind) {
    std::string text = "[Unit]\n";
    const auto& configuration = test.configuration;
    if (!configuration.wants.empty())
        text += fmt::format("Wants={}\n", fmt::join(configuration.wants, " "));
    if (!configuration.after.empty())
        text += fmt::format("After={}\n", fmt::join(configuration.after, " "));
    const bool ends_at_once = kind == BootKind::forked && test.shutdown != Shutdown::full;
    if (ends_at_once) {
        text += fmt::format("OnSuccess={}\nOnFailure={}\n", passed_unit, failed_unit);
    } else if (console != Console::shell) {
        const std::string_view action = test.shutdown == Shutdown::fast ? "exit-force" : "exit";
        text += fmt::format("SuccessAction={}\nSuccessActionExitStatus=123\n", action);
        // A person wants to look at what failed.
        if (console == Console::unattended)
            text += fmt::format("FailureAction={}\n", action);
    }
    if (console == Console::interactive)
        text += "Wants=multi-user.target getty-pre.target\nBefore=getty-pre.target\n";
    return text + directives(configuration.unit);
}

std::string service_section(const TestDescriptor& test, const RunOptions& options) {
    const auto& configuration = test.configuration;
    std::string text = "\n[Service]\n";
    if (configuration.command)
        text += fmt::format("ExecStart=\nExecStart={}\n", on_one_line(*configuration.command));
    auto environment = options.guest_environment;
    environment.insert(configuration.environment.begin(), configuration.environment.end());
    for (const auto& [name, value] : environment)
        text += fmt::format("Environment={}\n", environment_assignment(name, value));
    if (configuration.memory_accounting)
        text += "MemoryAccounting=yes\n";
    if (options.console == Console::interactive)
        text += "StandardInput=tty\nStandardOutput=inherit\nStandardError=inherit\n"
                "TTYReset=yes\nTTYVHangup=yes\nIgnoreSIGPIPE=no\nKillSignal=SIGHUP\n";
    else
        text += "StandardOutput=journal+console\n";
    return text + directives(configuration.service);
}

std::string whole_unit(const TestDescriptor& test) {
    return fmt::format(
        "[Unit]\nDescription={}\nWants=basic.target network.target\nAfter=basic.target "
        "network.target\n"
        "\n[Service]\nType=oneshot\nUnsetEnvironment=JOURNAL_STREAM\n",
        test.name);
}

} // namespace

std::string environment_assignment(std::string_view name, std::string_view value) {
    std::string assignment = fmt::format("\"{}=", name);
    for (const char c : value) {
        switch (c) {
        case '"':
        case '\\':
            assignment += '\\';
            assignment += c;
            break;
        case '\n':
            assignment += "\\n";
            break;
        case '\r':
            assignment += "\\r";
            break;
        case '%':
            assignment += "%%";
            break;
        default:
            assignment += c;
        }
    }
    return assignment + "\"";
}

std::vector<Credential> unit_credentials(const PlanInput& input) {
    const auto& descriptor = input.descriptor;
    const auto& options = input.options;
    std::vector<Credential> credentials;
    const auto& units = input.image.units;
    const bool in_image = std::ranges::find(units, descriptor.unit) != units.end();
    if (!in_image)
        credentials.push_back({
            .name = fmt::format("{}{}", extra_unit_prefix, descriptor.unit),
            .value = whole_unit(descriptor),
        });
    credentials.push_back({
        .name = fmt::format("{}{}", unit_drop_in_prefix, descriptor.unit),
        .value = unit_section(descriptor, options.console, input.boot.kind)
                 + service_section(descriptor, options),
    });
    return credentials;
}

std::vector<Credential> emergency_exit() {
    return {
        {.name = "systemd.extra-unit.bootproof-emergency-exit.service",
         .value = fmt::format(
             "[Unit]\n"
             "Description=End of a machine that is in emergency mode\n"
             "DefaultDependencies=no\n"
             "Conflicts=shutdown.target rescue.service\n"
             "Before=shutdown.target rescue.service\n"
             "FailureAction=exit\n"
             "FailureActionExitStatus={}\n"
             "\n"
             "[Service]\n"
             "ExecStart=false\n",
             emergency_exit_status)},
        {.name = "systemd.unit-dropin.emergency.target",
         .value = "[Unit]\nWants=bootproof-emergency-exit.service\n"},
    };
}

} // namespace bootproof
