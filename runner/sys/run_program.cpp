// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/run_program.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/orphan_guard.hpp"
#include "sys/pipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>

namespace bootproof {

namespace {

/// Puts off what would end this process.
class HeldSignals {
public:
    HeldSignals() {
        sigset_t set;
        sigemptyset(&set);
        for (const int signal_number : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&set, signal_number);
        pthread_sigmask(SIG_BLOCK, &set, &before_);
    }

    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    HeldSignals(HeldSignals&&) = delete;
    HeldSignals& operator=(HeldSignals&&) = delete;

    ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

} // namespace

ProgramOutput run_program(const std::vector<std::string>& command, std::chrono::seconds limit) {
    auto [reader, writer] = make_pipe();
    // Between its start and the guard's there is nobody who would end it with us.
    std::optional<HeldSignals> held(std::in_place);
    ChildProcess child({
        .command = command,
        .environment = {},
        .standard_output = writer.get(),
        .standard_error = writer.get(),
        .descriptors = {},
    });
    // A program that hangs must not outlive us either.
    const OrphanGuard guard(child);
    held.reset();
    writer.reset();
    ProgramOutput output;
    EventLoop loop;
    const auto timer = loop.on_timer(limit, [&] {
        output.in_time = false;
        child.kill(SIGKILL);
    });
    const auto read = [&output, fd = reader.get()] {
        std::array<char, 4096> buffer{};
        const auto size = read_some(fd, buffer);
        output.text.append(buffer.data(), size.value_or(0));
        return size;
    };
    EventSource reading;
    reading = loop.on_readable(reader.get(), [&] {
        if (read() == 0)
            reading.enable(false);
    });
    // Not the end of its output: another process may have that open.
    const auto ending = loop.on_readable(child.pidfd(), [&] { loop.stop(); });
    loop.run();
    for (std::size_t left = pipe_capacity; left > 0;) {
        const auto size = read().value_or(0);
        if (size == 0)
            break;
        left -= std::min(left, size);
    }
    output.end = child.wait();
    return output;
}

std::string_view last_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);
}

std::string read_output(const std::vector<std::string>& command, std::chrono::seconds limit) {
    auto output = run_program(command, limit);
    if (!output.in_time)
        throw Error(fmt::format("'{}' did not end within {} s", command.front(), limit.count()));
    if (output.end.exit_status != 0)
        throw Error(
            fmt::format("'{}' failed: {}", command.front(), one_line(last_line(output.text))));
    return std::move(output.text);
}

} // namespace bootproof
