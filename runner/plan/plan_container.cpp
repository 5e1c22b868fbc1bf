// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan_container.hpp"

#include "plan/guest_abilities.hpp"
#include "plan/guest_credentials.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/mkosi.hpp"
#include "plan/nspawn.hpp"
#include "plan/older_guest.hpp"
#include "plan/relay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace bootproof {

namespace {

std::vector<Credential> channel_credentials(const PlanInput& input) {
    const auto abilities = guest_abilities(input.image);
    auto credentials =
        abilities.tells_status
            ? std::vector<Credential>{{"vmm.notify_socket", std::string(container_notify_socket)}}
            : status_units(input);
    if (abilities.takes_journal_settings)
        credentials.push_back(
            {.name = "journal.forward_to_socket", .value = std::string(container_journal_socket)});
    else
        std::ranges::move(
            journal_relay_to_socket(input, container_journal_socket),
            std::back_inserter(credentials));
    return credentials;
}

} // namespace

void plan_container(const PlanInput& input, LaunchPlan& plan) {
    plan.notify_socket = plan.directory / "notify";
    plan.journal_socket = plan.directory / "journal";
    plan.cgroup = container_cgroup(input.host.container, plan.directory);
    plan.credentials = guest_credentials(input, channel_credentials(input));
    for (std::size_t i = 0; i < plan.credentials.size(); ++i)
        plan.files.push_back(
            {.path = plan.directory / fmt::format("credential-{:03}", i),
             .content = plan.credentials[i].value});
    plan.kernel_command_line = manager_arguments(input);
    auto& words = plan.kernel_command_line;
    if (!guest_abilities(input.image).takes_journal_settings)
        words.push_back(fmt::format("systemd.wants={}", journal_relay_unit));
    if (input.options.console == Console::unattended)
        // The console is a log, and nobody logs in there.
        words.emplace_back("systemd.mask=console-getty.service");
    words.insert(words.end(), input.descriptor.cmdline.begin(), input.descriptor.cmdline.end());
    if (plan.backend == Backend::mkosi)
        plan_mkosi_container(input, plan);
    else
        plan.machine = nspawn_command(input, plan);
}

} // namespace bootproof
