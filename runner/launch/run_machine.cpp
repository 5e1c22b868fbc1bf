// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/run_machine.hpp"

#include "base/error.hpp"
#include "launch/console_log.hpp"
#include "launch/hang_questions.hpp"
#include "launch/inlet.hpp"
#include "launch/journal_intake.hpp"
#include "launch/log.hpp"
#include "launch/machine_errors.hpp"
#include "launch/machine_process.hpp"
#include "launch/outlet.hpp"
#include "observe/lifecycle.hpp"
#include "observe/notify_message.hpp"
#include "observe/progress_lines.hpp"
#include "plan/qmp_command.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/interrupts.hpp"
#include "sys/qmp.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

namespace bootproof {

namespace {

/// For how long a guest goes on that stood at a bad moment to be saved.
constexpr std::chrono::milliseconds pause_interval(50);
/// For the state of a machine that has failed to be written.
constexpr std::chrono::minutes keep_limit(5);

Purpose purpose_of(const LaunchPlan& plan) {
    if (plan.boot == BootKind::saved)
        return Purpose::save;
    if (plan.resumed)
        return Purpose::resume;
    return plan.kept_machine.empty() ? Purpose::run : Purpose::keep;
}

/// One machine from its start to its end. The loop turns what happens into events, the lifecycle
/// says what to do.
class MachineRun {
public:
    MachineRun(
        const LaunchPlan& plan, const AcquiredResources& resources, const RunOptions& options);

    Observation run();

private:
    void write_files() const;
    void open_channels();
    Inlet* listen_on(
        const std::filesystem::path& socket,
        Inlet::OnBytes on_bytes,
        Inlet::OnOpened on_opened = {});
    void open_notify();
    void open_monitor();
    void start_machine();
    void watch_machine();
    void keep_errors(std::string_view bytes);
    void machine_ended();
    void dispatch(const RunEvent& event);
    void act(Action action);
    void notified(std::string_view bytes);
    /// What has come of the last message is all of it.
    void notified_end();
    void deliver(std::string_view datagram);
    void agent_said(std::string_view bytes);
    void read_channels();
    void ask(HangQuestions::Scope scope);
    void open_debugger();
    void keep_files(Observation& observation) const;

    [[nodiscard]] Microseconds elapsed() const;

    const LaunchPlan& plan_;
    const AcquiredResources& resources_;
    const RunOptions& options_;
    EventLoop loop_;
    Lifecycle lifecycle_;
    NotifyStream notify_stream_;
    QmpStream qmp_stream_;
    ConsoleLog console_log_;
    JournalIntake journal_;
    Outlet monitor_;
    Outlet console_;
    std::optional<HangQuestions> questions_;
    std::string registers_;
    Outlet agent_;
    std::string agent_line_;
    ProgressLines progress_;
    MachineErrors errors_;
    // The machine goes before its channels.
    std::vector<std::unique_ptr<Inlet>> inlets_;
    Inlet* notify_inlet_ = nullptr;
    std::unique_ptr<DescriptorInlet> datagrams_;
    std::optional<MachineProcess> machine_;
    std::vector<EventSource> sources_;
    EventSource shutdown_timer_;
    EventSource pause_timer_;
    EventSource keep_timer_;
    std::uint64_t oom_kills_before_ = oom_kills();
    WallClock::time_point started_;
    std::chrono::steady_clock::time_point started_steadily_;
};

MachineRun::MachineRun(
    const LaunchPlan& plan, const AcquiredResources& resources, const RunOptions& options)
    : plan_(plan)
    , resources_(resources)
    , options_(options)
    , lifecycle_(
          purpose_of(plan),
          !plan.qmp_socket.empty() && !plan.console_socket.empty(),
          !plan.screenshot.empty())
    , console_log_(
          resources.console_log.get(), plan.console_log, options.evidence_limits.console_bytes)
    , journal_(plan, resources) {}

void MachineRun::write_files() const {
    resources_.directory->record_cgroup(plan_.cgroup);
    for (const auto& file : plan_.files)
        write_file(file.path, file.content, 0600);
}

Inlet* MachineRun::listen_on(
    const std::filesystem::path& socket, Inlet::OnBytes on_bytes, Inlet::OnOpened on_opened) {
    if (socket.empty())
        return nullptr;
    inlets_.push_back(std::make_unique<Inlet>(
        loop_, listen_unix(socket), std::move(on_bytes), std::move(on_opened)));
    return inlets_.back().get();
}

void MachineRun::open_channels() {
    listen_on(
        plan_.console_socket,
        [this](std::string_view bytes) { console_log_.append(bytes); },
        [this](int fd) { console_ = Outlet(loop_, fd); });
    open_notify();
    open_monitor();
    listen_on(
        plan_.agent_socket,
        [this](std::string_view bytes) { agent_said(bytes); },
        [this](int fd) {
            agent_ = Outlet(loop_, fd);
            agent_.say(plan_.agent_instructions);
        });
    journal_.open(loop_, [this](const TestEnded& end) { dispatch(end); });
}

void MachineRun::open_notify() {
    if (plan_.kind == MachineKind::container)
        datagrams_ = std::make_unique<DescriptorInlet>(
            loop_,
            bind_datagrams(plan_.notify_socket),
            DescriptorInlet::Kind::datagrams,
            [this](std::string_view datagram) {
                notified(datagram);
                notified_end();
            });
    else
        notify_inlet_ =
            listen_on(plan_.notify_socket, [this](std::string_view bytes) { notified(bytes); });
    if (resources_.notify_listener)
        // Over vsock each message is a connection of its own (sd_notify(3)), which ends with the
        // message.
        inlets_.push_back(std::make_unique<Inlet>(
            loop_, resources_.notify_listener.duplicate(), [this](std::string_view bytes) {
                notified(bytes.empty() ? std::string_view("\0", 1) : bytes);
            }));
}

void MachineRun::open_monitor() {
    listen_on(
        plan_.qmp_socket,
        [this](std::string_view bytes) {
            qmp_stream_.feed(bytes, [this](const QmpMessage& message) {
                if (message.event == "QMP_TEXT")
                    registers_ = message.reason;
                else
                    dispatch(MachineEventReceived{.name = message.event, .reason = message.reason});
            });
        },
        [this](int fd) {
            monitor_ = Outlet(loop_, fd);
            monitor_.say(plan_.qmp_commands);
            // No part of the plan, for a shell that runs it would wait for ever.
            if (!plan_.kept_machine.empty() || !plan_.screenshot.empty())
                monitor_.say(qmp_stand);
        });
}

void MachineRun::start_machine() {
    started_ = WallClock::now();
    started_steadily_ = std::chrono::steady_clock::now();
    machine_.emplace(
        loop_,
        plan_,
        resources_,
        options_,
        [this](std::string_view bytes) { console_log_.append(bytes); },
        [this](std::string_view bytes) { keep_errors(bytes); });
}

void MachineRun::watch_machine() {
    sources_.push_back(loop_.on_readable(machine_->pidfd(), [this] { machine_ended(); }));
    if (plan_.deadline)
        sources_.push_back(loop_.on_timer(*plan_.deadline, [this] { dispatch(DeadlinePassed{}); }));
}

void MachineRun::keep_errors(std::string_view bytes) {
    std::function<void()> on_reboot;
    if (plan_.kind == MachineKind::container)
        on_reboot = [this] {
            dispatch(MachineEventReceived{.name = "RESET", .reason = "guest-reset"});
        };
    errors_.append(bytes, on_reboot);
}

void MachineRun::machine_ended() {
    const auto end = machine_->wait();
    if (datagrams_)
        datagrams_->drain();
    for (const auto& inlet : inlets_)
        inlet->drain();
    journal_.drain();
    notified_end();
    dispatch(MachineExited{.end = {.exit_status = end.exit_status, .signal = end.signal}});
}

void MachineRun::dispatch(const RunEvent& event) {
    for (const auto action : lifecycle_.handle(event, elapsed()))
        act(action);
}

void MachineRun::act(Action action) {
    switch (action) {
    case Action::kill_machine:
        machine_->end();
        break;
    case Action::question_machine:
        ask(plan_.screenshot.empty() ? HangQuestions::Scope::all_but_screen
                                     : HangQuestions::Scope::everything);
        break;
    case Action::take_screenshot:
        ask(HangQuestions::Scope::screen);
        break;
    case Action::keep_machine:
        monitor_.say(qmp_stop);
        monitor_.say(qmp_keep);
        keep_timer_ = loop_.on_timer(keep_limit, [this] { dispatch(KeepDeadlinePassed{}); });
        break;
    case Action::arm_shutdown_deadline:
        shutdown_timer_ =
            loop_.on_timer(plan_.shutdown_deadline, [this] { dispatch(ShutdownDeadlinePassed{}); });
        break;
    case Action::disarm_shutdown_deadline:
        shutdown_timer_ = {};
        break;
    case Action::pause_machine:
        monitor_.say(qmp_stop);
        break;
    case Action::read_channels:
        read_channels();
        break;
    case Action::resume_machine:
        monitor_.say(qmp_continue);
        pause_timer_ = loop_.on_timer(pause_interval, [this] { dispatch(PauseDue{}); });
        break;
    case Action::save_machine:
        monitor_.say(qmp_save);
        break;
    case Action::open_debugger:
        open_debugger();
        break;
    case Action::quit_machine:
        monitor_.say(qmp_quit);
        break;
    case Action::finish:
        loop_.stop();
        break;
    }
}

void MachineRun::notified(std::string_view bytes) {
    for (const auto& datagram : notify_stream_.feed(bytes))
        deliver(datagram);
}

void MachineRun::notified_end() {
    if (const auto rest = notify_stream_.finish(); !rest.empty())
        deliver(rest);
}

void MachineRun::deliver(std::string_view datagram) {
    const NotifyReceived event{.fields = parse_notify_message(datagram)};
    // A person at the console sees what happens.
    if (options_.progress && options_.console == Console::unattended)
        for (const auto& line : progress_.tell(elapsed(), event.fields))
            log_info(line);
    dispatch(event);
}

void MachineRun::agent_said(std::string_view bytes) {
    constexpr std::size_t longest_line = 4096;
    for (const char c : bytes)
        if (c != '\n' && agent_line_.size() < longest_line)
            agent_line_ += c;
        else
            dispatch(AgentSaid{.line = std::exchange(agent_line_, {})});
}

void MachineRun::read_channels() {
    notify_inlet_->read_available();
    dispatch(ChannelsRead{.whole = journal_.read_available() && notify_stream_.is_whole()});
}

void MachineRun::ask(HangQuestions::Scope scope) {
    questions_.emplace(loop_, monitor_, console_, scope, [this] { dispatch(QuestionsAnswered{}); });
}

void MachineRun::open_debugger() {
    if (plan_.debugger_socket.empty())
        return;
    monitor_.say(plan_.debugger_commands);
    log_info(fmt::format(
        "The machine stands until a debugger lets it go on: gdb -ex 'target remote {}'",
        plan_.debugger_socket.string()));
}

Microseconds MachineRun::elapsed() const {
    return std::chrono::duration_cast<Microseconds>(
        std::chrono::steady_clock::now() - started_steadily_);
}

void MachineRun::keep_files(Observation& observation) const {
    try {
        machine_->keep_files();
    } catch (const Error& error) {
        observation.kept = false;
        observation.keep_fault = error.what();
    }
}

Observation MachineRun::run() {
    const auto signals =
        on_interrupt(loop_, [this](int number) { dispatch(Interrupted{.signal = number}); });
    write_files();
    open_channels();
    const TerminalMode terminal_mode;
    start_machine();
    watch_machine();
    loop_.run();
    auto observation = lifecycle_.observation();
    if (observation.kept)
        keep_files(observation);
    const bool hurry = observation.ended == Ended::by_interrupt;
    journal_.finish(hurry ? std::chrono::milliseconds(200) : std::chrono::seconds(30));
    observation.kind = plan_.kind;
    observation.backend = plan_.backend;
    observation.started = started_;
    observation.messages_dropped += notify_stream_.dropped();
    observation.machine_errors = errors_.text();
    observation.registers = registers_;
    observation.host = {
        .load = load_average(),
        .processors = processors(),
        .available_memory = available_memory(),
        .oom_kills = oom_kills() - oom_kills_before_};
    observation.receiver_errors = journal_.errors();
    observation.journal_truncated = journal_.truncated() && !hurry;
    return observation;
}

} // namespace

Observation
run_machine(const LaunchPlan& plan, const AcquiredResources& resources, const RunOptions& options) {
    return MachineRun(plan, resources, options).run();
}

} // namespace bootproof
