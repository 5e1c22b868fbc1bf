// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/unit_credentials.hpp"

#include "base/exit_statuses.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/keep_agent.hpp"
#include "plan/older_guest.hpp"
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

/// Units of the runner tell how the test has ended, and end the machine.
bool has_end_units(const PlanInput& input) {
    const bool ends_at_once =
        input.boot.kind == BootKind::forked && input.descriptor.shutdown != Shutdown::full;
    return ends_at_once || !guest_abilities(input.image).tells_status;
}

/// How the test's end becomes the machine's, and what tells of it.
std::string end_settings(const PlanInput& input) {
    const auto& test = input.descriptor;
    // A person wants to look at what failed.
    const bool ends_failed = input.options.console == Console::unattended;
    if (has_end_units(input))
        return fmt::format("OnSuccess={}\n", passed_unit)
               + (ends_failed ? fmt::format("OnFailure={}\n", failed_unit) : "");
    const std::string_view action = test.shutdown == Shutdown::fast ? "exit-force" : "exit";
    return fmt::format("SuccessAction={}\nSuccessActionExitStatus=123\n", action)
           + (ends_failed ? fmt::format("FailureAction={}\n", action) : "");
}

/// journald does not read on when it is stopped, and a slow one has not read the unit's last words
/// by then: this one stops before it. The units that end the machine do it themselves.
constexpr std::string_view sync_unit = "bootproof-sync.service";
constexpr std::string_view sync_text =
    "[Unit]\n"
    "Description=Wait for the journal when the machine is stopped\n"
    "DefaultDependencies=no\n"
    "After=systemd-journald.service\n"
    "Conflicts=shutdown.target\n"
    "Before=shutdown.target\n"
    "\n"
    "[Service]\n"
    "Type=oneshot\n"
    "RemainAfterExit=yes\n"
    "ExecStop=-timeout 20 journalctl --sync\n";

std::string unit_section(const PlanInput& input) {
    std::string text = "[Unit]\n";
    const auto& configuration = input.descriptor.configuration;
    if (!has_end_units(input))
        text += fmt::format("Wants={}\nAfter={}\n", sync_unit, sync_unit);
    if (!configuration.wants.empty())
        text += fmt::format("Wants={}\n", fmt::join(configuration.wants, " "));
    if (!configuration.after.empty())
        text += fmt::format("After={}\n", fmt::join(configuration.after, " "));
    if (input.options.console != Console::shell)
        text += end_settings(input);
    if (input.options.console == Console::interactive)
        text += "Wants=multi-user.target getty-pre.target\nBefore=getty-pre.target\n";
    return text + directives(configuration.unit);
}

std::string service_section(const PlanInput& input) {
    const auto& options = input.options;
    const auto& configuration = input.descriptor.configuration;
    std::string text = "\n[Service]\n";
    if (configuration.command)
        text += fmt::format("ExecStart=\nExecStart={}\n", on_one_line(*configuration.command));
    auto environment = options.guest_environment;
    environment.insert(configuration.environment.begin(), configuration.environment.end());
    for (const auto& [name, value] : environment)
        text += fmt::format("Environment={}\n", environment_assignment(name, value));
    if (keeps_failed(input))
        text += keep_settings();
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

/// What ends the machine, in emergency mode.
std::string emergency_exit_text(std::string_view command) {
    return fmt::format(
        "[Unit]\n"
        "Description=End of a machine that is in emergency mode\n"
        "DefaultDependencies=no\n"
        "Conflicts=shutdown.target rescue.service\n"
        "Before=shutdown.target rescue.service\n"
        "FailureAction=exit\n"
        "FailureActionExitStatus={}\n"
        "\n"
        "[Service]\n"
        "ExecStart={}\n",
        emergency_exit_status,
        command);
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
    std::vector<Credential> credentials;
    const auto& units = input.image.units;
    const bool in_image = std::ranges::find(units, descriptor.unit) != units.end();
    if (!in_image)
        credentials.push_back({
            .name = fmt::format("{}{}", extra_unit_prefix, descriptor.unit),
            .value = whole_unit(descriptor),
        });
    if (!has_end_units(input))
        credentials.push_back({
            .name = fmt::format("{}{}", extra_unit_prefix, sync_unit),
            .value = std::string(sync_text),
        });
    credentials.push_back({
        .name = fmt::format("{}{}", unit_drop_in_prefix, descriptor.unit),
        .value = unit_section(input) + service_section(input),
    });
    return credentials;
}

std::vector<Credential> emergency_exit(const PlanInput& input) {
    const auto abilities = guest_abilities(input.image);
    if (abilities.takes_units)
        return {
            {.name = fmt::format("{}bootproof-emergency-exit.service", extra_unit_prefix),
             .value = emergency_exit_text(
                 keeps_failed(input) ? keep_and_fail(emergency_exit_status) : "false")},
            {.name = fmt::format("{}emergency.target", unit_drop_in_prefix),
             .value = "[Unit]\nWants=bootproof-emergency-exit.service\n"},
        };
    // A drop-in would be written too late for an early emergency. The unit in place of the shell is
    // there from the start.
    return {
        {.name = fmt::format("{}emergency.service", extra_unit_prefix),
         .value = emergency_exit_text(
             abilities.tells_status
                 ? "false"
                 : fmt::format("/bin/sh -c '{}'", tell_and_fail(input, emergency_exit_status)))},
    };
}

} // namespace bootproof
