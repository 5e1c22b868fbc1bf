// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/run_machine.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "base/shell_quote.hpp"
#include "launch/console_log.hpp"
#include "launch/inlet.hpp"
#include "launch/journal_receiver.hpp"
#include "launch/log.hpp"
#include "observe/lifecycle.hpp"
#include "observe/notify_message.hpp"
#include "sys/child_process.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/orphan_guard.hpp"
#include "sys/pipe.hpp"
#include "sys/qmp.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <csignal>

namespace bootproof {

namespace {

constexpr std::size_t errors_limit = 16 * 1024;
constexpr std::size_t errors_block = 4096;

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
    void start_machine();
    void watch_signals();
    void watch_machine();
    bool read_errors();
    void machine_ended();
    void dispatch(const RunEvent& event);
    void act(Action action);
    void notified(std::string_view bytes);
    void deliver(std::string_view datagram);
    void show_progress(const std::map<std::string, std::string>& fields) const;

    [[nodiscard]] Microseconds elapsed() const;

    const LaunchPlan& plan_;
    const AcquiredResources& resources_;
    const RunOptions& options_;
    EventLoop loop_;
    Lifecycle lifecycle_;
    NotifyStream notify_stream_;
    QmpStream qmp_stream_;
    ConsoleLog console_log_;
    JournalReceiver journal_receiver_;
    // The machine goes before its channels, and the guard before the machine.
    std::vector<std::unique_ptr<Inlet>> inlets_;
    ChildProcess machine_;
    OrphanGuard guard_;
    UniqueFd errors_fd_;
    std::string errors_;
    EventSource errors_source_;
    std::vector<EventSource> sources_;
    EventSource shutdown_timer_;
    WallClock::time_point started_;
    std::chrono::steady_clock::time_point started_steadily_;
};

MachineRun::MachineRun(
    const LaunchPlan& plan, const AcquiredResources& resources, const RunOptions& options)
    : plan_(plan)
    , resources_(resources)
    , options_(options)
    , console_log_(resources.console_log.get(), plan.console_log)
    , journal_receiver_(plan, resources.directory->path() / "journal-receiver.log") {}

void MachineRun::write_files() const {
    for (const auto& file : plan_.files)
        write_file(file.path, file.content, 0600);
}

void MachineRun::open_channels() {
    const auto open = [&](const std::filesystem::path& path,
                          Inlet::OnBytes on_bytes,
                          Inlet::OnOpened on_opened = {}) {
        if (!path.empty())
            inlets_.push_back(std::make_unique<Inlet>(
                loop_, listen_unix(path), std::move(on_bytes), std::move(on_opened)));
    };
    open(plan_.console_socket, [this](std::string_view bytes) { console_log_.append(bytes); });
    open(plan_.notify_socket, [this](std::string_view bytes) { notified(bytes); });
    open(
        plan_.qmp_socket,
        [this](std::string_view bytes) {
            qmp_stream_.feed(bytes, [this](const QmpMessage& message) {
                dispatch(QmpEventReceived{.name = message.event, .reason = message.reason});
            });
        },
        [](int fd) { send_to_peer(fd, qmp_greeting); });
    if (resources_.notify_listener)
        // Over vsock each message is a connection of its own (sd_notify(3)), which ends with the
        // message.
        inlets_.push_back(std::make_unique<Inlet>(
            loop_, resources_.notify_listener.duplicate(), [this](std::string_view bytes) {
                notified(bytes.empty() ? std::string_view("\0", 1) : bytes);
            }));
    if (!plan_.journal_socket.empty())
        journal_receiver_.listen(loop_, listen_unix(plan_.journal_socket));
    else
        journal_receiver_.listen(loop_, resources_.journal_listener.duplicate());
}

void MachineRun::start_machine() {
    auto [reader, errors] = make_pipe();
    errors_fd_ = std::move(reader);
    if (options_.verbose)
        log_info("+ " + shell_quote(plan_.machine));
    const bool attended = options_.console != Console::unattended;
    const UniqueFd terminal = attended ? reopen_terminal() : UniqueFd();
    SpawnOptions spawn{
        .command = plan_.machine,
        .environment = plan_.environment,
        .standard_input = terminal.get(),
        .standard_output = attended ? terminal.get() : errors.get(),
        .standard_error = errors.get(),
        .descriptors = {},
        // A terminal is read by its foreground group only.
        .own_process_group = !attended,
    };
    if (resources_.values.vsock)
        spawn.descriptors.emplace(resources_.values.vsock->vhost_fd, resources_.vhost_vsock.get());
    started_ = WallClock::now();
    started_steadily_ = std::chrono::steady_clock::now();
    machine_ = ChildProcess(spawn);
    guard_ = OrphanGuard(machine_);
    resources_.directory->record_machine(machine_.pid());
}

void MachineRun::watch_signals() {
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP})
        sources_.push_back(loop_.on_signal(signal_number, [this, signal_number] {
            dispatch(Interrupted{.signal = signal_number});
        }));
}

void MachineRun::watch_machine() {
    errors_source_ = loop_.on_readable(errors_fd_.get(), [this] { read_errors(); });
    sources_.push_back(loop_.on_readable(machine_.pidfd(), [this] { machine_ended(); }));
    if (plan_.deadline)
        sources_.push_back(loop_.on_timer(*plan_.deadline, [this] { dispatch(DeadlinePassed{}); }));
}

bool MachineRun::read_errors() {
    std::array<char, errors_block> buffer{};
    const auto size = read_some(errors_fd_.get(), buffer);
    errors_.append(buffer.data(), size.value_or(0));
    if (errors_.size() > 2 * errors_limit)
        errors_.erase(0, errors_.size() - errors_limit);
    if (size == 0)
        errors_source_.enable(false);
    return size.value_or(0) > 0;
}

void MachineRun::machine_ended() {
    const auto end = machine_.wait();
    // The most that a pipe holds (pipe(7)): a process that the machine has left behind may write
    // for ever.
    for (std::size_t left = pipe_capacity / errors_block; left > 0 && read_errors(); --left) {
    }
    for (const auto& inlet : inlets_)
        inlet->drain();
    if (const auto rest = notify_stream_.finish(); !rest.empty())
        deliver(rest);
    dispatch(MachineExited{.end = {.exit_status = end.exit_status, .signal = end.signal}});
}

void MachineRun::dispatch(const RunEvent& event) {
    for (const auto action : lifecycle_.handle(event, elapsed()))
        act(action);
}

void MachineRun::act(Action action) {
    switch (action) {
    case Action::kill_machine:
        machine_.kill(SIGKILL);
        break;
    case Action::arm_shutdown_deadline:
        shutdown_timer_ =
            loop_.on_timer(plan_.shutdown_deadline, [this] { dispatch(ShutdownDeadlinePassed{}); });
        break;
    case Action::disarm_shutdown_deadline:
        shutdown_timer_ = {};
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

void MachineRun::deliver(std::string_view datagram) {
    const NotifyReceived event{.fields = parse_notify_message(datagram)};
    show_progress(event.fields);
    dispatch(event);
}

void MachineRun::show_progress(const std::map<std::string, std::string>& fields) const {
    // A person at the console sees what happens.
    if (!options_.progress || options_.console != Console::unattended)
        return;
    const auto seconds = std::chrono::duration<double>(elapsed()).count();
    for (const auto& [key, label] :
         {std::pair("STATUS", ""), std::pair("X_SYSTEMD_UNIT_ACTIVE", "reached ")})
        if (const auto found = fields.find(key); found != fields.end())
            log_info(fmt::format("{:6.1f} s  {}{}", seconds, label, one_line(found->second)));
}

Microseconds MachineRun::elapsed() const {
    return std::chrono::duration_cast<Microseconds>(
        std::chrono::steady_clock::now() - started_steadily_);
}

Observation MachineRun::run() {
    watch_signals();
    write_files();
    open_channels();
    const TerminalMode terminal_mode;
    start_machine();
    watch_machine();
    loop_.run();
    auto observation = lifecycle_.observation();
    const bool hurry = observation.ended == Ended::by_interrupt;
    journal_receiver_.finish(hurry ? std::chrono::milliseconds(200) : std::chrono::seconds(30));
    observation.started = started_;
    observation.messages_dropped += notify_stream_.dropped();
    observation.machine_errors = errors_;
    observation.receiver_errors = journal_receiver_.errors();
    return observation;
}

} // namespace

Observation
run_machine(const LaunchPlan& plan, const AcquiredResources& resources, const RunOptions& options) {
    return MachineRun(plan, resources, options).run();
}

} // namespace bootproof
