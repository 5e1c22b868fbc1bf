// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/shell_script.hpp"

#include "base/base64.hpp"
#include "base/printable.hpp"
#include "base/shell_quote.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bootproof {

namespace {

std::string file_commands(const LaunchPlan& plan) {
    std::string text;
    for (const auto& file : plan.files) {
        // A word of the shell cannot have a NUL byte.
        const bool binary = file.content.find('\0') != std::string::npos;
        text += fmt::format(
            "printf %s {}{} >{}\n",
            binary ? base64(file.content) : shell_quote(file.content),
            binary ? " | base64 -d" : "",
            shell_quote(file.path.string()));
    }
    return text;
}

std::string notify_listener(const LaunchPlan& plan) {
    if (plan.notify_socket.empty())
        return {};
    const auto messages = plan.notify_socket.string() + ".messages";
    return fmt::format(
        "socat -u {}:{} {} &\n{}",
        plan.kind == MachineKind::container ? "UNIX-RECV" : "UNIX-LISTEN",
        shell_quote(plan.notify_socket.string()),
        shell_quote("CREATE:" + messages),
        plan.kind == MachineKind::container ? "notify=$!\n" : "");
}

std::string listener(const std::filesystem::path& socket, const std::string& to) {
    if (socket.empty())
        return {};
    return fmt::format("socat -u UNIX-LISTEN:{} {} &\n", shell_quote(socket.string()), to);
}

/// Says something to who connects, and writes down what it answers.
std::string
talker(const std::filesystem::path& socket, const std::string& words, std::string_view answers) {
    if (socket.empty())
        return {};
    const auto path = socket.string();
    const auto words_file = path + ".words";
    return fmt::format(
        "printf %s {} >{}\nsocat {} UNIX-LISTEN:{} &\n",
        shell_quote(words),
        shell_quote(words_file),
        shell_quote(fmt::format("OPEN:{},ignoreeof!!CREATE:{}{}", words_file, path, answers)),
        shell_quote(path));
}

std::string helper_commands(const LaunchPlan& plan) {
    std::string text;
    for (const auto& helper : plan.helpers)
        text += fmt::format("{} {} &\n", shell_quote(helper.command), shell_quote(helper.on_path));
    return text;
}

std::string listeners(const LaunchPlan& plan) {
    const auto file = [](const std::filesystem::path& path) {
        return shell_quote(fmt::format("CREATE:{}", path.string()));
    };
    std::string text = listener(plan.console_socket, file(plan.console_log));
    text += notify_listener(plan);
    if (!plan.journal_socket.empty())
        text += fmt::format(
            "socat -u UNIX-LISTEN:{} - | {} &\n",
            shell_quote(plan.journal_socket.string()),
            shell_quote(plan.journal_receiver));
    text += talker(plan.qmp_socket, plan.qmp_commands, ".events");
    text += talker(plan.agent_socket, plan.agent_instructions, ".answers");
    return text + helper_commands(plan) + "sleep 1\n";
}

/// A shell has no files without a name.
std::filesystem::path passed_path(const LaunchPlan& plan, const PassedFile& file) {
    return is_nameless(file) ? plan.directory / file.path.filename() : file.path;
}

std::string_view redirection(PassedFile::Access access) {
    switch (access) {
    case PassedFile::Access::read:
        return "<";
    case PassedFile::Access::create:
        return ">";
    case PassedFile::Access::copy:
    case PassedFile::Access::scratch:
        return "<>";
    }
    throw std::logic_error("Unknown access");
}

std::string passed_file_commands(const LaunchPlan& plan) {
    std::string text;
    for (const auto& file : plan.passed_files) {
        const auto path = shell_quote(passed_path(plan, file).string());
        if (file.access == PassedFile::Access::copy)
            text += fmt::format("cp {} {}\n", shell_quote(file.path.string()), path);
        else if (file.access == PassedFile::Access::scratch)
            text += fmt::format("truncate --size={} {}\n", file.bytes, path);
    }
    return text;
}

/// Option and argument share a line, so that a difference between two plans is readable.
std::string machine_command(const LaunchPlan& plan) {
    std::string text;
    for (const auto& [name, value] : plan.environment)
        text += fmt::format("{}={} ", name, shell_quote(value));
    bool first = true;
    bool after_option = false;
    for (const auto& word : plan.machine) {
        const bool option = word.starts_with('-') && !first;
        if (!first)
            text += option || !after_option ? " \\\n    " : " ";
        text += shell_quote(word);
        after_option = option;
        first = false;
    }
    if (plan.discards_output)
        text += " \\\n    >/dev/null";
    for (const auto& file : plan.passed_files)
        text += fmt::format(
            " \\\n    {}{}{}",
            file.number,
            redirection(file.access),
            shell_quote(passed_path(plan, file).string()));
    return text + "\n";
}

std::string credential_comments(const LaunchPlan& plan) {
    std::string text = "# Credentials:\n";
    for (const auto& credential : plan.credentials)
        text += fmt::format("#   {} = {}\n", credential.name, one_line(credential.value, 400));
    return text;
}

std::string kind_comment(const LaunchPlan& plan) {
    if (plan.kind_reason.empty())
        return {};
    auto text = fmt::format(
        "# A {}: {}\n",
        plan.kind == MachineKind::vm ? "virtual machine" : "container",
        plan.kind_reason);
    if (!plan.backend_reason.empty())
        text += fmt::format("# By {}: {}\n", program_name(plan.backend), plan.backend_reason);
    if (plan.kind == MachineKind::container || plan.boot_reason.empty())
        return text;
    if (plan.boot == BootKind::own)
        return text + fmt::format("# A boot of its own: {}\n", plan.boot_reason);
    return text
           + fmt::format(
               "# Forked from '{}', which `bootproof run` makes: {}\n"
               "# After the test it stays up: end it with Ctrl-C when its journal says '{}'\n",
               plan.saved_journal.parent_path().string(),
               plan.boot_reason,
               plan.end_message);
}

/// Nobody closes a socket for datagrams, and a control group stays.
std::string cleaning_up(const LaunchPlan& plan) {
    std::string text;
    if (plan.kind == MachineKind::container)
        text += "kill \"$notify\"\n";
    text += "wait\n";
    if (plan.cgroup.empty())
        return text;
    return text
           + fmt::format(
               "unshare --mount sh -c 'mount -t cgroup2 none /sys/fs/cgroup; "
               "find \"/sys/fs/cgroup/$0\" -depth -type d -exec rmdir {{}} +' {}\n",
               shell_quote(plan.cgroup));
}

std::string deadline_comment(const LaunchPlan& plan) {
    if (!plan.deadline)
        return "# No deadline\n";
    return fmt::format("# Deadline: {} s\n", std::chrono::duration<double>(*plan.deadline).count());
}

} // namespace

std::string shell_script(const LaunchPlan& plan) {
    return fmt::format(
        "#!/bin/sh\n"
        "# {} ({}): what `bootproof run` does. It needs socat.\n"
        "{}{}{}\n"
        "umask 077\nmkdir -p {} {}\n{}\n{}\n{}{}",
        plan.name,
        describe_machine(plan),
        kind_comment(plan),
        deadline_comment(plan),
        credential_comments(plan),
        shell_quote(plan.directory.string()),
        shell_quote(plan.journal.parent_path().string()),
        file_commands(plan) + passed_file_commands(plan),
        listeners(plan),
        machine_command(plan),
        cleaning_up(plan));
}

} // namespace bootproof
