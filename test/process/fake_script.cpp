// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_script.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace fake {

namespace {

/// Whatever a test does wrong: nothing of it is left for longer.
constexpr unsigned longest_life_seconds = 90;
/// Where the runner hands over the files.
constexpr int kept_state_fd = 5;
constexpr int saved_state_fd = 7;
constexpr int disk_fd = 8;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail("write");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size())
            result += text[i];
        else
            result += text[++i] == 'n' ? '\n' : text[i] == '0' ? '\0' : text[i];
    }
    return result;
}

class Machine {
public:
    Machine(const Script& script, std::string record)
        : script_(script)
        , record_(std::move(record)) {}

    /// The exit status, if this line is the last.
    std::optional<int> play(const std::string& line);

private:
    bool play_channels(std::string_view verb, const std::string& text);
    bool play_process(std::string_view verb, const std::string& text);
    void connect(bool shake_hands);
    void notify(std::string message) const;
    void flood(int fd, std::size_t bytes) const;
    void leave_orphan(bool floods);
    void mark(const std::string& label, pid_t pid) const;
    void stop_runner() const;
    void save() const;
    void keep() const;
    void end_test(const std::string& status) const;

    [[nodiscard]] int socket(const std::string& name) const { return connections_.at(name); }

    const Script& script_;
    std::string record_;
    std::map<std::string, int> connections_;
};

int connect_to(const std::string& path, int type) {
    const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (fd < 0 || path.size() >= sizeof(address.sun_path))
        fail("socket " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0)
        fail("connect " + path);
    return fd;
}

std::string read_line(int fd) {
    std::string line;
    for (char c = 0; c != '\n'; line += c)
        if (::read(fd, &c, 1) != 1)
            fail("read");
    return line;
}

void await_line(int fd, const std::string& text) {
    while (read_line(fd).find(text) == std::string::npos) {
    }
}

void Machine::connect(bool shake_hands) {
    for (const auto& [name, path] : script_.sockets)
        connections_.emplace(
            name,
            connect_to(path, script_.container && name == "notify" ? SOCK_DGRAM : SOCK_STREAM));
    if (script_.container)
        connections_.emplace("serial", STDOUT_FILENO);
    if (!shake_hands || script_.container)
        return;
    const int qmp = socket("monitor");
    write_all(
        qmp,
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}}}}\r\n");
    if (read_line(qmp).find("qmp_capabilities") == std::string::npos)
        throw std::runtime_error("the client did not negotiate");
    write_all(qmp, "{\"return\": {}}\r\n");
}

void Machine::notify(std::string message) const {
    // On the stream of a relay a NUL ends it.
    if (!script_.container)
        message += '\0';
    write_all(socket("notify"), message);
}

void Machine::flood(int fd, std::size_t bytes) const {
    std::string block;
    while (block.size() < 65536)
        block += fmt::format("{:063}\n", block.size());
    for (std::size_t sent = 0; sent < bytes; sent += block.size())
        write_all(fd, block);
}

void Machine::leave_orphan(bool floods) {
    const pid_t pid = ::fork();
    if (pid < 0)
        fail("fork");
    if (pid > 0) {
        mark("orphan", pid);
        return;
    }
    ::setsid();
    ::alarm(longest_life_seconds);
    // A peer that has gone is an error here, and no end.
    while (floods) {
        std::array<char, 4096> block{};
        if (::write(socket("serial"), block.data(), block.size()) < 0
            && ::write(STDERR_FILENO, block.data(), block.size()) < 0)
            break;
    }
    for (;;)
        ::pause();
}

void Machine::mark(const std::string& label, pid_t pid) const {
    // For reading, too: so that it never waits for a reader.
    const int fd = ::open((record_ + "/marks").c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        fail("open marks");
    write_all(fd, fmt::format("{} {}\n", label, pid));
    ::close(fd);
}

void Machine::stop_runner() const {
    const pid_t runner = ::getppid();
    ::kill(runner, SIGSTOP);
    // There is no event for a process that is not a child; alarm(2) ends this loop at the latest.
    for (std::string stat; stat.find(") T ") == std::string::npos;) {
        std::ifstream file(fmt::format("/proc/{}/stat", runner));
        std::getline(file, stat);
    }
}

std::string event(std::string_view text) {
    const auto blank = text.find(' ');
    const auto data = blank == std::string_view::npos
                          ? ""
                          : fmt::format("\"reason\": \"{}\"", text.substr(blank + 1));
    return fmt::format(
        "{{\"timestamp\": {{\"seconds\": 1, \"microseconds\": 2}}, \"event\": \"{}\", \"data\": "
        "{{{}}}}}\r\n",
        text.substr(0, blank),
        data);
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        fail("open " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool Machine::play_channels(std::string_view verb, const std::string& text) {
    if (verb == "connect" || verb == "connect-only")
        connect(verb == "connect");
    else if (verb == "notify")
        notify(unescape(text));
    else if (verb == "notify-part")
        write_all(socket("notify"), unescape(text));
    else if (verb == "notify-size")
        notify("STATUS=" + std::string(std::stoul(text) - 7, 'x'));
    else if (verb == "notify-flood")
        for (auto left = std::stoul(text); left > 0; --left)
            notify(fmt::format("STATUS={}", left));
    else if (verb == "console")
        write_all(socket("serial"), unescape(text));
    else if (verb == "console-flood")
        flood(socket("serial"), std::stoul(text));
    else if (verb == "journal")
        write_all(socket("journal"), content(text));
    else if (verb == "end-test")
        end_test(text);
    else if (verb == "qmp")
        write_all(socket("monitor"), unescape(text) + "\r\n");
    else if (verb == "event")
        write_all(socket("monitor"), event(text));
    else if (verb == "agent")
        write_all(socket("agent"), text + "\n");
    else if (verb == "await-agent" || verb == "await-qmp")
        await_line(socket(verb == "await-qmp" ? "monitor" : "agent"), text);
    else
        return false;
    return true;
}

void Machine::save() const {
    std::ofstream(script_.memory) << "memory";
    write_all(saved_state_fd, "state");
}

void Machine::keep() const {
    write_all(kept_state_fd, "state");
    write_all(disk_fd, "disk");
}

/// As the guest logs it, in the export format.
void Machine::end_test(const std::string& status) const {
    const std::filesystem::path monitor = script_.sockets.at("monitor");
    write_all(
        socket("journal"),
        fmt::format(
            "__REALTIME_TIMESTAMP=1700000009000000\n__MONOTONIC_TIMESTAMP=9000000\n"
            "_BOOT_ID=6c7c6013a26343b29e964691ff25d04c\nMESSAGE=bootproof-end {} {}\n\n",
            monitor.parent_path().filename().string(),
            status));
}

void ignore_signals() {
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
        std::signal(number, SIG_IGN);
}

[[noreturn]] void die_by(int number) {
    const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    // A sanitizer may have its own idea of a crash.
    std::signal(number, SIG_DFL);
    ::kill(::getpid(), number);
    for (;;)
        ::pause();
}

bool Machine::play_process(std::string_view verb, const std::string& text) {
    if (verb == "stderr")
        write_all(STDERR_FILENO, unescape(text) + "\n");
    else if (verb == "stderr-flood")
        flood(STDERR_FILENO, std::stoul(text));
    else if (verb == "orphan" || verb == "orphan-flood")
        leave_orphan(verb == "orphan-flood");
    else if (verb == "save")
        save();
    else if (verb == "keep")
        keep();
    else if (verb == "wait")
        static_cast<void>(content(text));
    else if (verb == "stop-runner")
        stop_runner();
    else if (verb == "ignore-signals")
        ignore_signals();
    else if (verb == "mark")
        mark(text, ::getpid());
    else if (verb == "signal")
        die_by(std::stoi(text));
    else if (verb == "hang")
        for (;;)
            ::pause();
    else
        return false;
    return true;
}

std::optional<int> Machine::play(const std::string& line) {
    const auto blank = line.find(' ');
    const auto verb = line.substr(0, blank);
    const auto text = blank == std::string::npos ? std::string() : line.substr(blank + 1);
    if (verb == "exit")
        return std::stoi(text);
    if (!play_channels(verb, text) && !play_process(verb, text))
        throw std::runtime_error("unknown line: " + line);
    return std::nullopt;
}

bool is_first_start(const std::string& file) {
    const bool first = ::access(file.c_str(), F_OK) < 0;
    std::ofstream(file).put('x');
    return first;
}

} // namespace

int play(const Script& script, const std::string& record) {
    ::alarm(longest_life_seconds);
    Machine machine(script, record);
    bool skipping = false;
    for (const auto& line : script.lines) {
        if (line.starts_with("once "))
            skipping = !is_first_start(line.substr(5));
        else if (line == "again")
            skipping = false;
        else if (!skipping)
            if (const auto status = machine.play(line))
                return *status;
    }
    throw std::runtime_error("the script has no end");
}

} // namespace fake
