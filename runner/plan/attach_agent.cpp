// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/attach_agent.hpp"

#include "base/attach_words.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/written_units.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

// The fourth of a PC's serial ports: the next one is ttyS1 also for a test that has a '-serial' of
// its own among its 'qemu-args', and this one has another interrupt than the console.
constexpr int port_index = 3;

// Each shell takes the place of the process that has waited for it, whose terminal it then
// controls. At its end, the next one waits: what a person has left behind is gone. Ctrl-L is what
// Ctrl-C is otherwise, for a signal is heard whatever was typed before. It has no '@' in its name
// and may be killed at shutdown.
constexpr std::string_view unit = R"([Unit]
Description=Wait for whoever attaches to the machine
DefaultDependencies=no
IgnoreOnIsolate=yes
ConditionPathExists={0}
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=-/bin/sh -c 'exec <>{0} >&0 2>&0; trap heard=1 INT; stty sane 115200 -echo intr ^L; until [ "$$word" = {1} ]; do printf "{2}"; word= heard=; read -r word type rows columns || [ "$$heard" ] || exit 1; done; stty sane rows "$$rows" cols "$$columns"; cd /root || cd /; export TERM="$$type" HOME=/root SHELL=/bin/sh; printf "{3}"; exec $$(command -v bash || echo sh) -i'
Restart=always
SendSIGHUP=yes
TimeoutStopSec=5s
)";

/// For printf(1) in a command of a unit, which both take a backslash away.
std::string printf_word(std::string_view word) {
    std::string escaped;
    for (const char c : word)
        if (c == '\033' || c == '\\')
            escaped += fmt::format("\\\\{:03o}", static_cast<unsigned>(c));
        else
            escaped += c;
    return escaped;
}

} // namespace

std::string why_not_attached(const PlanInput& input) {
    if (input.machine.kind == MachineKind::container)
        return "it is a container";
    if (input.backend.backend != Backend::qemu)
        return fmt::format("{} runs it", program_name(input.backend.backend));
    if (input.options.console != Console::unattended && !input.boot.resumed)
        return "a person is at its console already";
    if (input.image.architecture != "x86-64")
        return fmt::format("there is one serial port in a machine of {}", input.image.architecture);
    if (!guest_abilities(input.image).takes_units)
        return fmt::format(
            "systemd {} of the image takes no units (256)", input.image.systemd_version);
    return {};
}

std::vector<Credential> attach_units() {
    return {
        {.name = fmt::format("{}{}", extra_unit_prefix, attach_unit),
         .value = fmt::format(
             fmt::runtime(unit),
             fmt::format("/dev/ttyS{}", port_index),
             attach_word,
             printf_word(attach_waits),
             printf_word(attach_begins))}};
}

std::vector<std::string> attach_arguments(const LaunchPlan& plan) {
    if (plan.attach_socket.empty())
        return {};
    return {
        "-chardev",
        fmt::format(
            "socket,id=attach,path={},server=on,wait=off", qemu_value(plan.attach_socket.string())),
        "-device",
        fmt::format("isa-serial,chardev=attach,index={}", port_index)};
}

} // namespace bootproof
