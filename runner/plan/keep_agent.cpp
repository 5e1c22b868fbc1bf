// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/keep_agent.hpp"

#include "base/shell_quote.hpp"
#include "plan/boot_choice.hpp"
#include "plan/fork_agent.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/relay.hpp"
#include "plan/written_units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

constexpr std::string_view waiting_unit = "bootproof-freeze.service";

// A process that is there already, for a machine that hangs may not be able to start one.
constexpr std::string_view agent_unit = "[Unit]\n"
                                        "Description=Wait for whoever resumes the machine\n"
                                        "DefaultDependencies=no\n"
                                        "IgnoreOnIsolate=yes\n"
                                        "\n"
                                        "[Service]\n"
                                        "Type=exec\n"
                                        "ExecStart=@/bin/sh @bootproof-keep -c '{}'\n"
                                        "OOMScoreAdjust=-1000\n";

// Nobody may be there to save it: then it fails as it would have.
constexpr std::string_view waiting_text =
    "[Unit]\n"
    "Description=Wait until the machine is kept\n"
    "DefaultDependencies=no\n"
    "IgnoreOnIsolate=yes\n"
    "\n"
    "[Service]\n"
    "Type=oneshot\n"
    "ExecStart=@/bin/sh @bootproof-freeze -c '{4}; journalctl --sync; read -r status <{0}; "
    "echo \"{1}$$status {2}\"; "
    "for second in 1 2 3 4 5 6 7 8 9 10; do "
    "[ -e {3} ] && exec sleep infinity; sleep 1; done'\n";

constexpr std::string_view status_file = "/run/bootproof/status";
constexpr std::string_view resumed_file = "/run/bootproof/resumed";

} // namespace

bool keeps_failed(const PlanInput& input) {
    return input.options.keep_failed && input.boot.kind != BootKind::saved;
}

std::string why_not_kept(const PlanInput& input) {
    const auto& test = input.descriptor;
    if (input.machine.kind == MachineKind::container)
        return "a container is no machine that could be saved";
    if (input.backend.backend != Backend::qemu)
        return fmt::format("{} saves no machines", program_name(input.backend.backend));
    if (input.options.console != Console::unattended)
        return "a person is at the console, and has it already";
    if (!can_save(input.host))
        return fmt::format("QEMU {} is too old to save a machine (8.2)", input.host.qemu_version);
    if (input.host.qemu_img.empty())
        return "there is no qemu-img to make its disk with";
    if (!guest_abilities(input.image).takes_units)
        return fmt::format(
            "systemd {} of the image is too old to be told to wait (256)",
            input.image.systemd_version);
    if (auto reason = why_root_is_not_saved(test, input.image); !reason.empty())
        return reason;
    if (!test.configure.empty())
        return "an executable changes the plan ('configure')";
    if (test.tpm)
        return "its TPM is a process of its own, which is not saved ('tpm')";
    if (test.exit_code != TestDescriptor().exit_code)
        return "the exit status is rewritten while the machine shuts down ('exit-code')";
    if (const auto drive =
            std::ranges::find_if(test.drives, [](const Drive& each) { return !each.file.empty(); });
        drive != test.drives.end())
        return fmt::format("what it writes to '{}' goes with QEMU ('drives')", drive->id);
    return {};
}

std::filesystem::path kept_file(const std::filesystem::path& kept_machine, int number) {
    return kept_machine / fmt::format("fd-{}", number);
}

std::vector<Credential> keep_units(const PlanInput& input) {
    const auto agent = open_port(agent_port_name, "command exec 0<>/dev/$${port##*/} sh -s");
    return {
        {.name = fmt::format("{}{}", extra_unit_prefix, keep_agent_unit),
         .value = fmt::format(fmt::runtime(agent_unit), agent)},
        {.name = fmt::format("{}{}", extra_unit_prefix, waiting_unit),
         .value = fmt::format(
             fmt::runtime(waiting_text),
             status_file,
             end_message(input.resources),
             waits_word,
             resumed_file,
             await_core_dumps)},
    };
}

std::string keep_settings() {
    // The status is what FailureAction=exit would make of it (systemd.unit(5)). A person takes
    // longer than any limit to stop.
    return fmt::format(
        "ExecStopPost=+-/bin/sh -c 'case \"$$SERVICE_RESULT $$EXIT_CODE $$EXIT_STATUS\" in "
        "success*|*\" exited 77\") exit 0;; *\" exited \"*) ;; *\"  \") EXIT_STATUS=0;; "
        "*) EXIT_STATUS=255;; esac; "
        "mkdir -p /run/bootproof; echo \"$$EXIT_STATUS\" >{}; systemctl start {}'\n"
        "TimeoutStopSec=infinity\n",
        status_file,
        waiting_unit);
}

std::string keep_and_fail(int status) {
    return fmt::format(
        "/bin/sh -c 'mkdir -p /run/bootproof; echo {} >{}; systemctl start {}; exit 1'",
        status,
        status_file,
        waiting_unit);
}

std::string resume_instructions(const Terminal& terminal, bool has_emergency) {
    // The machine's own clock went on with the host's while the guest's stood. What reads from the
    // console, as an emergency shell, would take keys, and hangs it up when it starts, which may be
    // just now, or late: then there is another shell. What is stopped may just have started another
    // process. util-linux' setsid gives the shell a terminal that it controls, with which Ctrl-C
    // and jobs work.
    return fmt::format(
        "mkdir -p /run/bootproof\n"
        ": >{}\n"
        "read -r now </sys/class/rtc/rtc0/since_epoch && date --set=\"@$now\" >/dev/null\n"
        "tty=/dev/ttyS0; [ -c /dev/ttyAMA0 ] && tty=/dev/ttyAMA0\n"
        "stopped=\n"
        "stop_readers() {{\n"
        "any=\n"
        "while found=; for process in /proc/[0-9]*; do\n"
        "case \"$stopped \" in *\" $process \"*) continue;; esac\n"
        "{{ [ $process/fd/0 -ef $tty ] || [ $process/fd/0 -ef /dev/console ]; }} "
        "&& kill -STOP ${{process#/proc/}} && found=1 any=1 stopped=\"$stopped $process\"\n"
        "done; [ \"$found\" ]; do sleep 0.1; done\n"
        "[ \"$any\" ]\n"
        "}}\n"
        "for pause in {}; do stop_readers && break; sleep $pause; done\n"
        "cd /root 2>/dev/null || cd /\n"
        "export TERM={} HOME=/root SHELL=/bin/sh\n"
        "while setsid -c sh -c 'stty sane rows {} cols {}; exec $(command -v bash || echo sh) -i' "
        "<>$tty >&0 2>&0; {}; do :; done\n"
        "sync; echo o >/proc/sysrq-trigger\n",
        resumed_file,
        has_emergency ? "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1" : "0",
        shell_quote(terminal.type.empty() ? "vt100" : terminal.type),
        terminal.rows,
        terminal.columns,
        has_emergency ? "stop_readers" : "false");
}

} // namespace bootproof
