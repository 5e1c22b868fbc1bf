// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/child_process.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace bootproof {

namespace {

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }

    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    FileActions(FileActions&&) = delete;
    FileActions& operator=(FileActions&&) = delete;

    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    void duplicate(int fd, int as) { posix_spawn_file_actions_adddup2(&actions_, fd, as); }

    void open_null(int as) {
        posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", O_RDWR, 0);
    }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

class Attributes {
public:
    explicit Attributes(bool own_process_group) {
        posix_spawnattr_init(&attributes_);
        sigset_t set;
        // What the event loop has blocked must not stay blocked in the child.
        sigemptyset(&set);
        posix_spawnattr_setsigmask(&attributes_, &set);
        sigaddset(&set, SIGPIPE);
        posix_spawnattr_setsigdefault(&attributes_, &set);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (own_process_group)
            flags |= POSIX_SPAWN_SETPGROUP;
        posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }

    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    Attributes(Attributes&&) = delete;
    Attributes& operator=(Attributes&&) = delete;

    ~Attributes() { posix_spawnattr_destroy(&attributes_); }

    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& additions) {
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string variable = *entry;
        if (!additions.contains(variable.substr(0, variable.find('='))))
            merged.push_back(variable);
    }
    for (const auto& [name, value] : additions)
        merged.push_back(fmt::format("{}={}", name, value));
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (auto& string : strings)
        result.push_back(string.data());
    result.push_back(nullptr);
    return result;
}

} // namespace

ChildProcess::ChildProcess(const SpawnOptions& options) {
    FileActions actions;
    if (options.standard_input >= 0)
        actions.duplicate(options.standard_input, STDIN_FILENO);
    else if (!options.inherit_standard_input)
        actions.open_null(STDIN_FILENO);
    if (options.standard_output >= 0)
        actions.duplicate(options.standard_output, STDOUT_FILENO);
    if (options.standard_error >= 0)
        actions.duplicate(options.standard_error, STDERR_FILENO);
    for (const auto& [as, fd] : options.descriptors)
        actions.duplicate(fd, as);
    const Attributes attributes(options.own_process_group);
    auto command = options.command;
    auto environment = merged_environment(options.environment);
    const auto arguments = pointers(command);
    const auto variables = pointers(environment);
    const int r = posix_spawnp(
        &pid_,
        command.front().c_str(),
        actions.get(),
        attributes.get(),
        arguments.data(),
        variables.data());
    if (r != 0) {
        pid_ = 0;
        throw system_error(r, fmt::format("Failed to start '{}'", options.command.front()));
    }
    // Nobody else reaps our children, so that the number is still theirs.
    pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidfd_) {
        const int errnum = errno;
        kill(SIGKILL);
        wait();
        throw system_error(errnum, "Failed to open a pidfd");
    }
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0))
    , pidfd_(std::move(other.pidfd_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    return *this;
}

ChildProcess::~ChildProcess() {
    if (pid_ <= 0)
        return;
    kill(SIGKILL);
    wait();
}

void ChildProcess::kill(int signal_number) const {
    if (pid_ > 0)
        ::kill(pid_, signal_number);
}

bool ChildProcess::ends_within(std::chrono::milliseconds limit) const {
    pollfd ended{pidfd_.get(), POLLIN, 0};
    return ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, limit.count()))) > 0;
}

ExitInfo ChildProcess::wait() {
    siginfo_t info{};
    const pid_t pid = std::exchange(pid_, 0);
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) {
    }
    if (info.si_code == CLD_EXITED)
        return {.exit_status = info.si_status, .signal = 0};
    return {.exit_status = std::nullopt, .signal = info.si_status};
}

} // namespace bootproof
