// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attach_machine.hpp"

#include "base/error.hpp"
#include "launch/log.hpp"
#include "launch/outlet.hpp"
#include "launch/run_directory.hpp"
#include "observe/attached_shell.hpp"
#include "plan/attach_agent.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"
#include "sys/process_identity.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"
#include "verdict/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

namespace {

using Path = std::filesystem::path;

constexpr std::chrono::seconds knock_interval(1);
/// For how many knocks nobody has to be told that the guest does not answer.
constexpr int patient_knocks = 3;

/// What a program that goes on in the guest may have asked of the terminal: another screen without
/// a cursor, keys and a mouse of its own, marks around what is pasted, colours.
constexpr std::string_view plain_terminal = "\033[?47l\033[?25h\033[?1l\033>\033[?1000l\033[?1002l"
                                            "\033[?1006l\033[?2004l\033[0m\r\n";

/// One machine's name is that of its test; several of one test are told apart by their directories.
std::string names_of(const std::vector<LiveRun>& runs) {
    std::string names;
    for (const auto& run : runs) {
        const bool is_unique = std::ranges::count(runs, run.test, &LiveRun::test) == 1;
        names += fmt::format(
            "{}{}",
            names.empty() ? "" : ", ",
            is_unique ? run.test : run.directory.filename().string());
    }
    return names;
}

LiveRun choose_run(const AttachCommand& command) {
    auto runs = live_runs(command.runtime_directory);
    if (runs.empty())
        throw Error(
            "No machine of this user runs",
            "Start one (bootproof run TEST, meson test), and attach to it meanwhile");
    const auto all = names_of(runs);
    if (!command.test.empty())
        std::erase_if(runs, [&](const LiveRun& run) {
            return run.test != command.test && run.directory.filename() != command.test;
        });
    if (runs.empty())
        throw Error(
            fmt::format("No machine of '{}' runs", command.test),
            fmt::format("These run: {}", all));
    const auto is_refused = [](const LiveRun& run) { return !run.why_not_attached.empty(); };
    if (!std::ranges::all_of(runs, is_refused))
        std::erase_if(runs, is_refused);
    if (runs.size() > 1)
        throw Error(
            command.test.empty() ? "More than one machine runs"
                                 : fmt::format("More than one machine of '{}' runs", command.test),
            fmt::format("Name one of {}", names_of(runs)));
    return runs.front();
}

enum class Left : std::uint8_t { by_keys, by_shell, by_machine, by_signal };

class Attachment {
public:
    Attachment(UniqueFd machine, const Terminal& terminal)
        : machine_(std::move(machine))
        , terminal_(reopen_terminal())
        , shell_(terminal)
        , to_machine_(loop_, machine_.get())
        , to_terminal_(loop_, terminal_.get(), [this] { from_machine_.enable(true); }) {
        make_nonblocking(terminal_.get());
    }

    Left run() {
        for (const int signal_number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM})
            signals_.push_back(loop_.on_signal(signal_number, [this] { leave(Left::by_signal); }));
        from_machine_ = loop_.on_readable(machine_.get(), [this] { read_machine(); });
        from_keyboard_ = loop_.on_readable(terminal_.get(), [this] { read_keyboard(); });
        knock();
        loop_.run();
        if (left_ != Left::by_shell)
            to_terminal_.say(plain_terminal);
        return left_;
    }

private:
    void leave(Left how) {
        left_ = how;
        loop_.stop();
    }

    void knock() {
        if (shell_.settled())
            return;
        to_machine_.say(shell_.knock());
        if (!shell_.answers() && ++knocks_ == patient_knocks)
            to_terminal_.say("The machine does not answer yet, it may still boot …\r\n");
        timer_ = loop_.on_timer(knock_interval, [this] { knock(); });
    }

    void read_machine() {
        std::array<char, 65536> buffer{};
        const auto size = read_some(machine_.get(), buffer);
        if (!size)
            return;
        if (*size == 0) {
            leave(Left::by_machine);
            return;
        }
        const auto answer = shell_.heard(std::string_view(buffer.data(), *size));
        to_machine_.say(answer.said);
        to_terminal_.say(answer.shown);
        // A terminal may be stopped; then the machine's side has to wait.
        from_machine_.enable(to_terminal_.waiting() == 0);
        if (answer.ended)
            leave(Left::by_shell);
    }

    void read_keyboard() {
        std::array<char, 4096> buffer{};
        const auto size = read_some(terminal_.get(), buffer);
        if (!size)
            return;
        const std::string_view bytes(buffer.data(), *size);
        if (bytes.empty())
            leave(Left::by_signal);
        else if (leave_keys_.typed(bytes, std::chrono::steady_clock::now()))
            leave(Left::by_keys);
        else
            to_machine_.say(shell_.typed(bytes));
    }

    EventLoop loop_;
    UniqueFd machine_;
    UniqueFd terminal_;
    AttachedShell shell_;
    LeaveKeys leave_keys_;
    Outlet to_machine_;
    Outlet to_terminal_;
    EventSource from_machine_;
    EventSource from_keyboard_;
    EventSource timer_;
    std::vector<EventSource> signals_;
    int knocks_ = 0;
    Left left_ = Left::by_signal;
};

Left attach(UniqueFd machine, const Terminal& terminal) {
    TerminalMode mode;
    mode.make_raw();
    return Attachment(std::move(machine), terminal).run();
}

int report(Left left, const std::string& test) {
    switch (left) {
    case Left::by_keys:
        log_info(fmt::format(
            "The shell goes on in the machine of {0}: bootproof attach {0} comes back to it",
            test));
        return 0;
    case Left::by_shell:
        log_info(fmt::format("The shell has ended, the machine of {} goes on", test));
        return 0;
    case Left::by_machine:
        log_info("The machine has ended");
        return 0;
    case Left::by_signal:
        break;
    }
    return exit_code(Outcome::interrupted);
}

} // namespace

int attach_machine(const AttachCommand& command) {
    const auto run = choose_run(command);
    if (!run.why_not_attached.empty()) {
        const auto container_pid = find_init(run.machine_pid);
        throw Error(
            fmt::format(
                "Nobody can attach to the machine of {}: {}", run.test, run.why_not_attached),
            container_pid == 0
                ? "Run the test again with bootproof run -i, or as docs/attach.md says"
                : fmt::format(
                    "Enter it as root: nsenter --all --target {} /bin/sh -i", container_pid));
    }
    if (!std::filesystem::exists(run.directory / attach_socket_name))
        throw Error(
            fmt::format("The machine of {} has not started yet", run.test),
            "Try again in a moment");
    if (!standard_input_is_terminal())
        throw Error(
            "A person attaches at a terminal, and standard input is none",
            "Run bootproof attach in a terminal");
    const auto lock = try_lock_file(run.directory / "attach.lock");
    if (!lock)
        throw Error(
            fmt::format("Somebody else is attached to the machine of {}", run.test),
            "Wait until they leave: it has one such console");
    auto machine = connect_unix(run.directory / attach_socket_name);
    log_info(fmt::format("Attached to the machine of {}, beside its test: a root shell", run.test));
    log_info("Leave it by exit, or by Ctrl-] three times within a second: then it goes on without "
             "you. Ctrl-C goes to the guest");
    return report(attach(std::move(machine), command.terminal), run.test);
}

} // namespace bootproof
