// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/older_guest.hpp"

#include "base/exit_statuses.hpp"
#include "base/shell_quote.hpp"
#include "plan/credential.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/guest_credentials.hpp"
#include "plan/nspawn.hpp"
#include "plan/relay.hpp"
#include "plan/unit_credentials.hpp"
#include "plan/written_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace bootproof {

namespace {

constexpr std::string_view start_script = "bootproof.start";
constexpr std::string_view journal_directory_unit = "bootproof-var-log.service";

// Wants what the relay of the journal comes after: nothing else is in PID 1's first transaction.
constexpr std::string_view start_unit_text = "[Unit]\n"
                                             "Description=Start of the test\n"
                                             "DefaultDependencies=no\n"
                                             "Wants={}\n"
                                             "{}"
                                             "\n"
                                             "[Service]\n"
                                             "Type=oneshot\n"
                                             "StandardError=kmsg\n"
                                             "ExecStart=/bin/sh -c '/bin/sh {}/{} || {{ {}; }}'\n"
                                             "{}";

constexpr std::string_view status_unit = "[Unit]\n"
                                         "Description=End of the machine of a test that has {}\n"
                                         "DefaultDependencies=no\n"
                                         "IgnoreOnIsolate=yes\n"
                                         "{}"
                                         "FailureAction={}\n"
                                         "\n"
                                         "[Service]\n"
                                         "Type=oneshot\n"
                                         "ExecStart=@/bin/sh @bootproof-end -c '{}'\n";

// As PID 1 takes it from a unit that has failed (systemd.unit(5), FailureActionExitStatus=), but
// never 0. One whose dependencies have failed has not ended, for it was not started.
constexpr std::string_view failed_status =
    "[ -n \"$$MONITOR_SERVICE_RESULT\" ] || exit 0; status=255; "
    "[ \"$$MONITOR_EXIT_CODE\" = exited ] && [ \"$$MONITOR_EXIT_STATUS\" -gt 0 ] && "
    "status=$$MONITOR_EXIT_STATUS; ";

/// Says something over the channel for notify messages, in the frame that the channel has.
std::string tell(MachineKind kind, std::string_view assignment) {
    if (kind == MachineKind::container)
        return fmt::format(
            "NOTIFY_SOCKET={} systemd-notify --no-block \"{}\"; ",
            container_notify_socket,
            assignment);
    return open_port(
        notify_port_name,
        fmt::format("printf \"%%s\\\\0\" \"{}\" >/dev/$${{port##*/}}", assignment));
}

bool is_unattended(const PlanInput& input) {
    return input.options.console == Console::unattended;
}

/// A unit that is found by its name among the credentials.
std::optional<Credential> unit_by_name(const Credential& credential) {
    if (!credential.name.starts_with(extra_unit_prefix))
        return std::nullopt;
    Credential unit{
        .name = credential.name.substr(extra_unit_prefix.size()), .value = credential.value};
    return fits_fw_cfg(unit) ? std::optional(std::move(unit)) : std::nullopt;
}

bool is_drop_in(const Credential& credential) {
    return credential.name.starts_with(unit_drop_in_prefix);
}

/// What has to be written: drop-ins, and units whose names are too long.
bool is_written(const Credential& credential) {
    return is_drop_in(credential)
           || (credential.name.starts_with(extra_unit_prefix) && !unit_by_name(credential));
}

std::string script(const PlanInput& input, const std::vector<Credential>& credentials) {
    const auto& unit = input.descriptor.unit;
    std::vector<Credential> written;
    std::ranges::copy_if(credentials, std::back_inserter(written), is_written);
    auto text = "set -eu\n" + write_units(written);
    // PID 1 finds a new drop-in by itself where it has not read the unit yet.
    const bool only_of_test = std::ranges::all_of(written, [&](const auto& credential) {
        return !is_drop_in(credential) || unit_of_drop_in(credential.name) == unit;
    });
    if (only_of_test)
        text += fmt::format(
            "[ \"$(systemctl show --property=NeedDaemonReload --value {})\" = no ] || ",
            shell_quote(unit));
    text += "systemctl daemon-reload\n";
    if (input.options.console != Console::shell)
        text += fmt::format("systemctl start --no-block {}\n", shell_quote(unit));
    return text;
}

Credential start_credential(const PlanInput& input) {
    std::string wants = "systemd-journald.service";
    if (journal_storage(input) == Storage::persistent)
        wants += fmt::format(" systemd-journal-flush.service {}", journal_directory_unit);
    const std::string end =
        is_unattended(input) ? fmt::format(
            "FailureAction=exit-force\nFailureActionExitStatus={}\n", start_failed_exit_status)
                             : "";
    const bool tells = guest_abilities(input.image).tells_status;
    return {
        .name = std::string(start_unit),
        .value = fmt::format(
            fmt::runtime(start_unit_text),
            wants,
            end,
            credentials_directory(input.machine.kind),
            start_script,
            tells ? "exit 1" : tell_and_fail(input, start_failed_exit_status),
            // What PID 1 would say in its first words.
            tells ? ""
                  : fmt::format(
                      "ExecStart=-/bin/sh -c '{}'\n",
                      tell(input.machine.kind, "X_BOOTPROOF_STARTED=1")))};
}

} // namespace

std::string_view credentials_directory(MachineKind kind) {
    return kind == MachineKind::vm ? machine_credentials_directory
                                   : container_credentials_directory;
}

std::string tell_and_fail(const PlanInput& input, int status) {
    return fmt::format("{}exit 1", tell(input.machine.kind, fmt::format("EXIT_STATUS={}", status)));
}

std::vector<Credential>
units_by_name(const PlanInput& input, const std::vector<Credential>& credentials) {
    std::vector<Credential> result;
    for (const auto& credential : credentials)
        if (auto unit = unit_by_name(credential))
            result.push_back(*std::move(unit));
        else if (!is_written(credential))
            result.push_back(credential);
    result.push_back(start_credential(input));
    result.push_back({.name = std::string(start_script), .value = script(input, credentials)});
    return result;
}

std::vector<Credential> status_units(const PlanInput& input) {
    const std::string_view action =
        input.descriptor.shutdown == Shutdown::fast ? "exit-force" : "exit";
    const auto unit = [&](std::string_view name,
                          std::string_view how,
                          std::string_view success,
                          const std::string& script) {
        return Credential{
            .name = fmt::format("{}{}", extra_unit_prefix, name),
            .value = fmt::format(fmt::runtime(status_unit), how, success, action, script)};
    };
    // journald wakes those who follow the journal up to 250 ms after it has written to it
    // (POST_CHANGE_TIMER_INTERVAL_USEC).
    const auto end =
        "journalctl --sync; sleep 0.5; " + tell(input.machine.kind, "EXIT_STATUS=$$status");
    return {
        unit(
            passed_unit,
            "passed",
            fmt::format("SuccessAction={}\nSuccessActionExitStatus=123\n", action),
            "status=123; " + end),
        unit(failed_unit, "failed", "", fmt::format("{}{}exit $$status", failed_status, end)),
    };
}

std::vector<Credential> journal_directory() {
    return {{
        .name = fmt::format("{}{}", extra_unit_prefix, journal_directory_unit),
        .value = "[Unit]\n"
                 "Description=Directory of the persistent journal\n"
                 "DefaultDependencies=no\n"
                 "RequiresMountsFor=/var/log/journal\n"
                 "After=systemd-remount-fs.service\n"
                 "Before=systemd-journal-flush.service\n"
                 "\n"
                 "[Service]\n"
                 "Type=oneshot\n"
                 "ExecStart=mkdir -p /var/log/journal\n",
    }};
}

} // namespace bootproof
