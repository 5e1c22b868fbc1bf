// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/kernel_command_line.hpp"

#include "plan/attach_agent.hpp"
#include "plan/fork_agent.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/guest_credentials.hpp"
#include "plan/keep_agent.hpp"
#include "plan/older_guest.hpp"
#include "plan/relay.hpp"
#include "plan/written_units.hpp"

#include <fmt/format.h>

namespace bootproof {

std::string host_name(const std::string& test) {
    // A label must not begin or end with '-'.
    std::string name;
    for (const char c : test.substr(0, 64))
        name += c == '_' || c == '.' ? '-' : c;
    name.erase(name.find_last_not_of('-') + 1);
    name.erase(0, name.find_first_not_of('-'));
    return name;
}

std::string guest_name(const TestDescriptor& test) {
    return test.host_name.empty() ? host_name(test.name) : test.host_name;
}

std::string test_unit_directory(const std::string& test) {
    return fmt::format("/usr/lib/systemd/tests/testdata/{}.units", test);
}

namespace {

/// Where units are, for SYSTEMD_UNIT_PATH=. The trailing colon keeps the default path behind these.
std::string unit_path(const PlanInput& input) {
    const bool forked = input.boot.kind != BootKind::own;
    const bool by_name = !guest_abilities(input.image).takes_units;
    auto path = fmt::format(
        "{}:/usr/lib/systemd/tests/testdata/units:",
        forked ? std::string(forked_unit_path) : test_unit_directory(input.descriptor.name));
    if (by_name)
        path += fmt::format("{}:", credentials_directory(input.machine.kind));
    if (forked || by_name)
        path += fmt::format("{}:", written_units_directory);
    return path;
}

/// What makes PID 1 start the test.
std::vector<std::string> start_arguments(const PlanInput& input) {
    const bool shell = input.options.console == Console::shell;
    if (guest_abilities(input.image).takes_units)
        return shell ? std::vector<std::string>()
                     : std::vector{fmt::format("systemd.unit={}", input.descriptor.unit)};
    return {fmt::format("systemd.{}={}", shell ? "wants" : "unit", start_unit)};
}

/// A serial line tells nobody what is at its other end (systemd(1), systemd.tty.term.TTY=).
std::vector<std::string> terminal_arguments(const PlanInput& input) {
    const auto& [type, rows, columns] = input.options.terminal;
    if (input.options.console == Console::unattended || input.machine.kind != MachineKind::vm
        || type.empty())
        return {};
    std::vector<std::string> words;
    for (const auto* tty : {"console", input.image.architecture == "arm64" ? "ttyAMA0" : "ttyS0"}) {
        words.push_back(fmt::format("systemd.tty.term.{}={}", tty, type));
        words.push_back(fmt::format("systemd.tty.rows.{}={}", tty, rows));
        words.push_back(fmt::format("systemd.tty.columns.{}={}", tty, columns));
    }
    return words;
}

} // namespace

std::vector<std::string> manager_arguments(const PlanInput& input) {
    const auto abilities = guest_abilities(input.image);
    std::vector<std::string> words{
        fmt::format("systemd.hostname={}", guest_name(input.descriptor)),
        fmt::format("SYSTEMD_UNIT_PATH={}", unit_path(input)),
        // With no network there is nothing to wait for.
        "systemd.mask=systemd-networkd-wait-online.service",
    };
    if (!abilities.takes_journal_settings && journal_storage(input) == Storage::volatile_)
        words.emplace_back("systemd.mask=systemd-journal-flush.service");
    for (auto& word : start_arguments(input))
        words.push_back(std::move(word));
    if (input.options.console == Console::unattended)
        words.insert(
            words.end(),
            {
                "systemd.show_status=error",
                "systemd.crash_shell=0",
                // A PID 1 that has crashed is to end the machine, and at once.
                abilities.has_crash_action ? "systemd.crash_action=poweroff"
                                           : "systemd.crash_reboot=yes",
            });
    return words;
}

std::vector<std::string>
extra_kernel_arguments(const PlanInput& input, std::string_view accelerator) {
    const auto& test = input.descriptor;
    auto words = manager_arguments(input);
    // An emulated timer on a busy host looks broken to the kernel, which panics.
    if (accelerator == "tcg" && input.image.architecture == "x86-64")
        words.emplace_back("no_timer_check");
    if (needs_notify_relay(input))
        words.push_back(fmt::format("systemd.wants={}", notify_relay_unit));
    // Anybody's socket(AF_VSOCK) loads it; then /dev/vsock tells of a device that the machine has
    // not, and systemd-ssh-generator(8) fails at each reload.
    if (!input.resources.vsock)
        words.emplace_back("module_blacklist=vsock");
    if (!sends_journal_over_vsock(input))
        words.push_back(fmt::format("systemd.wants={}", journal_relay_unit));
    if (why_not_attached(input).empty())
        words.push_back(fmt::format("systemd.wants={}", attach_unit));
    if (input.boot.kind == BootKind::own && keeps_failed(input))
        words.push_back(fmt::format("systemd.wants={}", keep_agent_unit));
    if (input.boot.kind != BootKind::own) {
        words.push_back(fmt::format("systemd.wants={}", fork_agent_unit));
        for (const auto& unit : test.boot_wants)
            words.push_back(fmt::format("systemd.wants={}", unit));
    }
    if (input.options.console == Console::unattended)
        words.insert(
            words.end(),
            {
                "systemd.mask=serial-getty@.service",
                // One that hangs is asked over the serial console what it is doing.
                "sysrq_always_enabled",
                // A kernel that has panicked is to end the machine, too.
                "oops=panic",
                "panic=-1",
            });
    for (auto& word : terminal_arguments(input))
        words.push_back(std::move(word));
    words.insert(words.end(), test.cmdline.begin(), test.cmdline.end());
    return words;
}

std::string join_kernel_arguments(const std::vector<std::string>& words) {
    std::string line;
    for (const auto& word : words) {
        if (!line.empty())
            line += ' ';
        const auto equals = word.find('=');
        const bool quote = equals != std::string::npos && word.find('"') == std::string::npos
                           && word.find_first_of(" \t\n", equals) != std::string::npos;
        line += quote ? fmt::format("{}\"{}\"", word.substr(0, equals + 1), word.substr(equals + 1))
                      : word;
    }
    return line;
}

} // namespace bootproof
