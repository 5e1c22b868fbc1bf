// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/guest_credentials.hpp"

#include "plan/fault.hpp"
#include "plan/guest_abilities.hpp"
#include "plan/older_guest.hpp"
#include "plan/unit_credentials.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

/// Names that the runner sends by itself; a second value would win or lose by chance.
void add(
    const TestDescriptor& descriptor, std::vector<Credential>& all, std::vector<Credential> more) {
    for (auto& credential : more) {
        if (std::ranges::find(all, credential.name, &Credential::name) != all.end())
            throw fault(
                descriptor,
                "credentials",
                fmt::format("Credential '{}' is sent by the runner itself", credential.name),
                credential.name == "journal.storage" ? "Use the key 'storage'"
                                                     : "Add to the unit by a credential NAME~PART");
        all.push_back(std::move(credential));
    }
}

std::vector<Credential> console_credentials(const ImageManifest& image) {
    std::vector<Credential> credentials;
    if (!guest_abilities(image).takes_units) {
        for (const auto* unit : {"serial-getty@.service", "console-getty.service"})
            credentials.push_back(
                {.name = fmt::format("systemd.unit-dropin.{}", unit),
                 .value = "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root "
                          "--keep-baud 115200,57600,38400,9600 - $TERM\n"});
        return credentials;
    }
    for (const auto* tty : {"tty.serial.ttyS0", "tty.serial.ttyAMA0", "tty.console"}) {
        credentials.push_back({.name = fmt::format("{}.agetty.autologin", tty), .value = "root"});
        credentials.push_back({.name = fmt::format("{}.login.noauth", tty), .value = "yes"});
    }
    return credentials;
}

/// An older guest keeps its journal where it has a directory for it (journald.conf(5),
/// Storage=auto), and nothing where it is not told to flush it there; see manager_arguments().
std::vector<Credential> storage_credentials(const PlanInput& input) {
    const bool persistent = journal_storage(input) == Storage::persistent;
    if (guest_abilities(input.image).takes_journal_settings)
        return {{.name = "journal.storage", .value = persistent ? "persistent" : "volatile"}};
    return persistent ? journal_directory() : std::vector<Credential>();
}

void check_size(const TestDescriptor& test, const std::vector<Credential>& all) {
    std::size_t total = 0;
    for (const auto& credential : all)
        total += credential.value.size();
    if (total > credential_size_limit)
        throw fault(
            test,
            "credentials",
            fmt::format(
                "All credentials together have {} bytes, but systemd takes at most {}",
                total,
                credential_size_limit));
}

} // namespace

Storage journal_storage(const PlanInput& input) {
    return input.options.console == Console::unattended ? input.descriptor.storage
                                                        : Storage::persistent;
}

std::vector<Credential>
guest_credentials(const PlanInput& input, std::vector<Credential> channels) {
    const auto& test = input.descriptor;
    const auto console = input.options.console;
    std::vector<Credential> all;
    // A machine that is to be forked learns of its test afterwards.
    if (input.boot.kind == BootKind::own)
        all = unit_credentials(input);
    if (console == Console::unattended)
        add(test, all, emergency_exit(input));
    add(test, all, storage_credentials(input));
    add(test, all, std::move(channels));
    if (console != Console::unattended)
        add(test, all, console_credentials(input.image));
    add(test, all, test.credentials);
    if (!guest_abilities(input.image).takes_units) {
        std::vector<Credential> by_name;
        add(test, by_name, units_by_name(input, all));
        all = std::move(by_name);
    }
    check_size(test, all);
    return all;
}

} // namespace bootproof
