// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/relay.hpp"

#include "plan/guest_abilities.hpp"
#include "plan/guest_credentials.hpp"
#include "plan/keep_agent.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

// PID 1 sends its messages here (vmm.notify_socket takes an AF_UNIX path).
constexpr std::string_view notify_socket_path = "/run/bootproof-notify";

// Finds the port by its name, for the number depends on the order of devices, and udev's symlink
// comes too late. The driver may be a module that nobody has loaded yet.
constexpr std::string_view find_port = "for try in 1 2 3 4 5 6 7 8 9; do "
                                       "for port in /sys/class/virtio-ports/*; do "
                                       "read -r name <$${{port}}/name && [ \"$$name\" = {0} ] && "
                                       "{1} && break 2; "
                                       "done 2>/dev/null; "
                                       "modprobe -q virtio_console; sleep 1; "
                                       "done; ";

// The relays must live until systemd-shutdown(8) has said its last word, so nothing may stop or
// kill them.
constexpr std::string_view relay_unit = "[Unit]\n"
                                        "Description={0}\n"
                                        "DefaultDependencies=no\n"
                                        "IgnoreOnIsolate=yes\n"
                                        "SurviveFinalKillSignal=yes\n"
                                        "{1}"
                                        "\n"
                                        "[Service]\n"
                                        "Type=exec\n"
                                        "ExecStart=@/bin/sh @bootproof-relay -c '{2}'\n"
                                        "StandardError=null\n"
                                        "OOMScoreAdjust=-1000\n"
                                        "{3}";

std::string command(std::string_view port, std::string_view then) {
    return open_port(port, "command exec >/dev/$${port##*/}") + std::string(then);
}

} // namespace

std::string open_port(std::string_view name, std::string_view open) {
    return fmt::format(fmt::runtime(find_port), name, open);
}

bool notifies_over_vsock(const PlanInput& input) {
    // A machine that is saved takes its ports with it, but no connection of the host's.
    return input.resources.vsock && input.boot.kind == BootKind::own && !keeps_failed(input)
           && guest_abilities(input.image).tells_status;
}

bool needs_notify_relay(const PlanInput& input) {
    return guest_abilities(input.image).tells_status && !notifies_over_vsock(input);
}

bool sends_journal_over_vsock(const PlanInput& input) {
    return notifies_over_vsock(input) && guest_abilities(input.image).takes_journal_settings;
}

std::vector<Credential> notify_relay() {
    // read(2) on the socket gives one datagram, which dd fills up with NULs: that is the frame. A
    // process for each would fall behind at shutdown, when systemd-shutdown(8) sends the exit
    // status and powers off at once. It has to win that race, also where the host runs the CPUs of
    // the guest one after the other: the kernel powers off on CPU 0, where nothing else runs as
    // long as this has something to do. The first NUL ends what a reset may have cut in two.
    const auto script =
        command(notify_port_name, "printf \"\\\\0\"; exec dd bs=8192 conv=sync status=none");
    return {
        {.name = "vmm.notify_socket", .value = std::string(notify_socket_path)},
        {.name = "systemd.extra-unit.bootproof-notify.socket",
         .value = fmt::format(
             "[Unit]\n"
             "Description=Notifications for the host\n"
             "DefaultDependencies=no\n"
             "IgnoreOnIsolate=yes\n"
             "\n"
             "[Socket]\n"
             "ListenDatagram={}\n"
             "ReceiveBuffer=8M\n",
             notify_socket_path)},
        {.name = fmt::format("systemd.extra-unit.{}", notify_relay_unit),
         .value = fmt::format(
             fmt::runtime(relay_unit),
             "Relay of notifications to the host",
             "Requires=bootproof-notify.socket\nAfter=bootproof-notify.socket\n",
             script,
             "StandardInput=socket\nStandardOutput=null\n"
             "CPUSchedulingPolicy=fifo\nCPUSchedulingPriority=50\nCPUAffinity=0\n")},
    };
}

namespace {

std::string follow_journal(const PlanInput& input) {
    // A process has the name that it was called by.
    const std::string_view program =
        guest_abilities(input.image).spares_units
            ? "exec journalctl"
            : "ln -sf \"$$(command -v journalctl)\" /run/@journalctl; PATH=/run:$$PATH; "
              "exec @journalctl";
    return fmt::format("{} --quiet --boot --follow --no-tail --output=export", program);
}

std::vector<Credential>
journal_unit(const PlanInput& input, std::string_view script, std::string_view output) {
    return {{
        .name = fmt::format("systemd.extra-unit.{}", journal_relay_unit),
        .value = fmt::format(
            fmt::runtime(relay_unit),
            "Relay of the journal to the host",
            // journalctl does not notice a journal directory that is made after it has started.
            // Where there will be none, waiting for it would lose the journal of a machine whose
            // file systems do not mount.
            journal_storage(input) == Storage::persistent
                ? "After=systemd-journald.service systemd-journal-flush.service\n"
                : "After=systemd-journald.service\n",
            script,
            output),
    }};
}

} // namespace

std::vector<Credential> journal_relay(const PlanInput& input) {
    // This boot only: after a reboot a persistent journal still has what was sent before. The empty
    // lines end an entry that a reset cut in two.
    const auto script =
        command(journal_port_name, fmt::format("printf \"\\\\n\\\\n\"; {}", follow_journal(input)));
    return journal_unit(input, script, "StandardOutput=null\n");
}

std::vector<Credential> journal_relay_to_socket(const PlanInput& input, std::string_view socket) {
    // A socket is connected to (systemd.exec(5), StandardInput=file:).
    return journal_unit(
        input, follow_journal(input), fmt::format("StandardOutput=file:{}\n", socket));
}

} // namespace bootproof
