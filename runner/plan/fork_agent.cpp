// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/fork_agent.hpp"

#include "base/exit_statuses.hpp"
#include "base/fork_agent_words.hpp"
#include "base/shell_quote.hpp"
#include "plan/credential.hpp"
#include "plan/keep_agent.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/relay.hpp"
#include "plan/unit_credentials.hpp"
#include "plan/written_units.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

// Whatever it reads and starts to say so is in the memory of every clone, and is quick there.
constexpr std::string_view agent_script =
    "{0}"
    "exec 2>&1; mkdir -p /run/bootproof; "
    "udevadm settle; "
    "until [ -z \"$$(systemctl list-jobs --no-legend)\" ]; do sleep 0.2; done; "
    "journalctl --sync; date >/dev/null; "
    "echo {1}; read -r go; "
    // What a process has at random is the same in every clone: this one has nothing.
    "exec sh -s";

constexpr std::string_view agent_unit = "[Unit]\n"
                                        "Description=Wait for a test to run in a clone\n"
                                        "DefaultDependencies=no\n"
                                        "IgnoreOnIsolate=yes\n"
                                        "After=multi-user.target\n"
                                        "FailureAction=exit-force\n"
                                        "FailureActionExitStatus={}\n"
                                        "\n"
                                        "[Service]\n"
                                        "Type=exec\n"
                                        "ExecStart=@/bin/sh @bootproof-fork -c '{}'\n";

// What the machine would end with: by SuccessAction=exit the status that is expected, by
// FailureAction=exit that of the unit's process, if it had one (systemd.unit(5)).
constexpr std::string_view passed_status = "123";
constexpr std::string_view failed_status =
    "$$([ \"$$MONITOR_EXIT_CODE\" = exited ] && echo \"$$MONITOR_EXIT_STATUS\" || echo 0)";

constexpr std::string_view end_script =
    "{}; journalctl --sync; read -r run </run/bootproof/run-id; echo \"{} $$run {}\"";

constexpr std::string_view end_unit = "[Unit]\n"
                                      "Description=End of a test in a clone\n"
                                      "DefaultDependencies=no\n"
                                      "IgnoreOnIsolate=yes\n"
                                      "\n"
                                      "[Service]\n"
                                      "Type=oneshot\n"
                                      "ExecStart=@/bin/sh @bootproof-end -c '{}'\n";

constexpr std::string_view end_word = "bootproof-end";

std::string credential_commands(const std::vector<Credential>& credentials) {
    if (credentials.empty())
        return {};
    auto text =
        fmt::format("mount -o remount,rw {0}\n(\numask 0377\n", machine_credentials_directory);
    for (const auto& credential : credentials)
        text += write_command(
            credential.value, fmt::format("{}/{}", machine_credentials_directory, credential.name));
    return text + fmt::format(")\nmount -o remount,ro {}\n", machine_credentials_directory);
}

Credential end_credential(std::string_view unit, std::string_view status) {
    const auto script = fmt::format(fmt::runtime(end_script), await_core_dumps, end_word, status);
    return {
        .name = fmt::format("{}{}", extra_unit_prefix, unit),
        .value = fmt::format(fmt::runtime(end_unit), script)};
}

std::string run_id(const RunResources& resources) {
    return resources.directory.filename().string();
}

} // namespace

std::vector<Credential> fork_agent() {
    const auto script = fmt::format(
        fmt::runtime(agent_script),
        open_port(agent_port_name, "command exec 0<>/dev/$${port##*/} 1>&0"),
        agent_ready);
    return {
        {.name = fmt::format("{}{}", extra_unit_prefix, fork_agent_unit),
         .value = fmt::format(fmt::runtime(agent_unit), fork_failed_exit_status, script)},
        end_credential(passed_unit, passed_status),
        end_credential(failed_unit, failed_status),
    };
}

std::string end_message(const RunResources& resources) {
    return fmt::format("{} {} ", end_word, run_id(resources));
}

std::string fork_instructions(const PlanInput& input) {
    const auto& test = input.descriptor;
    std::string text = "go\nset -eu\n"
                       "read -r uptime idle </proc/uptime\n";
    text += fmt::format("echo \"{}$uptime\"\n", agent_uptime);
    // The machine's own clock went on with the host's while the guest's stood.
    text += "read -r now </sys/class/rtc/rtc0/since_epoch\n"
            "date --set=\"@$now\" >/dev/null\n";
    text += fmt::format("echo {} >/proc/sys/kernel/hostname\n", guest_name(test));
    text += fmt::format("echo {} >/run/bootproof/run-id\n", shell_quote(run_id(input.resources)));
    text +=
        fmt::format("ln -s {} {}\n", shell_quote(test_unit_directory(test.name)), forked_unit_path);
    text += write_units(unit_credentials(input));
    text += credential_commands(test.credentials);
    // This agent's port is free for the other as soon as it ends.
    if (keeps_failed(input))
        text += write_units(keep_units(input))
                + fmt::format("systemctl start --no-block {}\n", keep_agent_unit);
    text += fmt::format("systemctl start --no-block {}\nexit 0\n", shell_quote(test.unit));
    return text;
}

} // namespace bootproof
