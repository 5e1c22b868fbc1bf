// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/nspawn.hpp"

#include "base/exit_statuses.hpp"
#include "plan/kernel_command_line.hpp"
#include "plan/tree_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace bootproof {

namespace {

using Arguments = std::vector<std::string>;

void append(Arguments& arguments, Arguments more) {
    std::ranges::move(more, std::back_inserter(arguments));
}

// systemd-nspawn's own.
constexpr std::string_view mount_state =
    "mkdir -p /run/systemd/nspawn\n"
    "mount -t tmpfs -o mode=0755 bootproof /run/systemd/nspawn\n";

constexpr std::string_view mount_cgroups = "mount -t cgroup2 bootproof /sys/fs/cgroup\n";

// All controllers that there are go down to the container, for which the group itself must be empty
// of processes; systemd-nspawn knows the name "supervisor". 0 is the process that writes
// (cgroups(7)).
constexpr std::string_view make_cgroup =
    "for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do\n"
    "echo \"+$controller\" >/sys/fs/cgroup/cgroup.subtree_control || :\n"
    "done 2>/dev/null\n"
    "mkdir \"/sys/fs/cgroup/$3\" \"/sys/fs/cgroup/$3/supervisor\"\n"
    "echo 0 >\"/sys/fs/cgroup/$3/supervisor/cgroup.procs\"\n";

// The same in a scope of the host's service manager, which has handed the controllers down already.
constexpr std::string_view enter_supervisor =
    "group=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/supervisor\n"
    "mkdir \"$group\"\n"
    "echo 0 >\"$group/cgroup.procs\"\n"
    "exec \"$@\"\n";

// With --keep-unit, systemd-nspawn leaves a reboot to the service that it thinks it runs in. That
// there was one is said where the guest cannot.
constexpr std::string_view run_command = "shift 3\n"
                                         "while status=0; \"$@\" || status=$?; "
                                         "[ \"$status\" = {} ]; do\n"
                                         "echo {} >&2\n"
                                         "{}\n"
                                         "done\n"
                                         "exit \"$status\"\n";

std::string escape_colons(std::string_view path) {
    std::string escaped;
    for (const char c : path)
        escaped += c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return escaped;
}

std::string bind_option(const std::filesystem::path& from, std::string_view to) {
    return fmt::format("--bind={}:{}", escape_colons(from.string()), to);
}

/// The kernel reads key="a b" as one word without the quotes; PID 1 of a container gets the words
/// as they are.
std::string without_quotes(std::string word) {
    std::erase(word, '"');
    return word;
}

/// As the kernel does it: a word of the command line with '=' and no '.' in its name is for PID 1's
/// environment, where a name has no '-'.
bool is_environment(std::string_view word) {
    const auto equals = word.find('=');
    return equals != std::string_view::npos
           && word.substr(0, equals).find('.') == std::string::npos;
}

std::string environment_option(std::string_view word) {
    auto name = std::string(word.substr(0, word.find('=')));
    std::ranges::replace(name, '-', '_');
    return fmt::format("--setenv={}{}", name, word.substr(word.find('=')));
}

/// Of the image's kernel command line only what is meant for PID 1.
Arguments words_of_image(const ImageManifest& image) {
    Arguments words;
    std::istringstream line(image.kernel_command_line);
    for (std::string word; line >> word;)
        if (word.starts_with("systemd."))
            words.push_back(word);
    return words;
}

} // namespace

std::string
container_cgroup(const ContainerHost& host, const std::filesystem::path& run_directory) {
    return host.has_service_manager ? std::string()
                                    : "bootproof-" + run_directory.filename().string();
}

std::vector<std::string>
container_site_command(const ContainerSite& site, const ContainerHost& host) {
    Arguments command;
    auto script = fmt::format("{}{}", mount_tree_overlay, mount_state);
    if (site.cgroup.empty()) {
        append(
            command,
            {"systemd-run",
             "--scope",
             "--quiet",
             "--collect",
             "--property=Delegate=yes",
             "--property=TasksMax=infinity",
             "--",
             "sh",
             "-euc",
             std::string(enter_supervisor),
             "bootproof"});
    } else {
        if (!host.unified_cgroups)
            script += mount_cgroups;
        script += make_cgroup;
    }
    script += fmt::format(
        fmt::runtime(run_command),
        container_reboot_status,
        container_reboot_line,
        site.reboots ? ":" : "exit 0");
    append(
        command,
        {"unshare",
         "--mount",
         "--propagation=slave",
         "--pid",
         "--fork",
         // A killed systemd-nspawn leaves its container running; a killed PID namespace does not.
         "--kill-child",
         "--mount-proc",
         "sh",
         "-euc",
         script,
         "bootproof",
         site.directory.string(),
         site.tree.string(),
         site.cgroup});
    return command;
}

ContainerSite container_site(const PlanInput& input, const LaunchPlan& decided) {
    return {
        .directory = decided.directory / "container",
        .tree = input.image.tree,
        .cgroup = decided.cgroup,
        .reboots = input.descriptor.reboots > 0 || input.descriptor.any_reboots,
    };
}

ContainerArguments container_arguments(const PlanInput& input, const LaunchPlan& decided) {
    ContainerArguments arguments{
        .options =
            {input.options.console == Console::unattended ? "--console=read-only"
                                                          : "--console=interactive",
             // No .nspawn file of the host may change a test.
             "--settings=no",
             "--register=no",
             "--keep-unit",
             "--link-journal=no",
             "--resolv-conf=off",
             "--timezone=off",
             "--capability=CAP_BPF",
             // What the container writes is thrown away.
             fmt::format("--suppress-sync={}", input.descriptor.suppress_sync ? "yes" : "no"),
             bind_option(decided.notify_socket, container_notify_socket),
             bind_option(decided.journal_socket, container_journal_socket)},
        .manager = {},
    };
    for (std::size_t i = 0; i < decided.credentials.size(); ++i)
        arguments.options.push_back(fmt::format(
            "--load-credential={}:{}",
            decided.credentials[i].name,
            decided.files[i].path.string()));
    auto words = words_of_image(input.image);
    append(words, decided.kernel_command_line);
    for (const auto& word : words)
        if (is_environment(word))
            arguments.options.push_back(environment_option(without_quotes(word)));
        else
            arguments.manager.push_back(without_quotes(word));
    return arguments;
}

std::vector<std::string> nspawn_command(const PlanInput& input, const LaunchPlan& decided) {
    const auto& host = input.host.container;
    const auto site = container_site(input, decided);
    auto command = container_site_command(site, host);
    append(
        command,
        {host.nspawn.string(),
         "--quiet",
         "--directory=" + (site.directory / container_root).string(),
         "--machine=" + host_name(decided.name),
         "--private-network"});
    auto [options, manager] = container_arguments(input, decided);
    append(command, std::move(options));
    command.emplace_back("--boot");
    append(command, std::move(manager));
    return command;
}

} // namespace bootproof
