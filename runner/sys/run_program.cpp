// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/run_program.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/interrupts.hpp"
#include "sys/orphan_guard.hpp"
#include "sys/pipe.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <optional>

namespace bootproof {

namespace {

/// Puts off what would end this process.
class HeldSignals {
public:
    HeldSignals() {
        const auto set = interrupt_set();
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

enum class Errors : std::uint8_t { into_output, to_ours };
enum class OnInterrupt : std::uint8_t { end_us, end_program };

ProgramOutput
run(const std::vector<std::string>& command,
    int input,
    Errors errors,
    std::chrono::seconds limit,
    OnInterrupt when_interrupted = OnInterrupt::end_us) {
    auto [reader, writer] = make_pipe();
    ProgramOutput output;
    EventLoop loop;
    std::vector<EventSource> signals;
    // Before there is anything that would have to be cleaned up.
    if (when_interrupted == OnInterrupt::end_program)
        signals = on_interrupt(loop, [&](int) {
            output.interrupted = true;
            loop.stop();
        });
    // Between its start and the guard's there is nobody who would end it with us.
    std::optional<HeldSignals> held(std::in_place);
    ChildProcess child({
        .command = command,
        .environment = {},
        .standard_input = input,
        .standard_output = writer.get(),
        .standard_error = errors == Errors::into_output ? writer.get() : -1,
        .descriptors = {},
    });
    // A program that hangs must not outlive us either.
    const OrphanGuard guard(child);
    held.reset();
    writer.reset();
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
    if (output.interrupted)
        child.kill(SIGKILL);
    for (std::size_t left = pipe_capacity; left > 0;) {
        const auto size = read().value_or(0);
        if (size == 0)
            break;
        left -= std::min(left, size);
    }
    output.end = child.wait();
    return output;
}

/// In memory, without a name.
UniqueFd make_input(std::string_view content) {
    UniqueFd file(::memfd_create("bootproof-input", MFD_CLOEXEC));
    if (!file)
        throw system_error(errno, "Failed to create a file in memory");
    write_all(file.get(), content, "a file in memory");
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

void check_end(
    const std::string& program,
    const ProgramOutput& output,
    std::chrono::seconds limit,
    std::string_view complaint) {
    if (!output.in_time)
        throw Error(fmt::format("'{}' did not end within {} s", program, limit.count()));
    if (output.end.exit_status != 0)
        throw Error(fmt::format("'{}' failed: {}", program, complaint));
}

} // namespace

ProgramOutput run_program(const std::vector<std::string>& command, std::chrono::seconds limit) {
    return run(command, -1, Errors::into_output, limit);
}

ProgramOutput
run_until_interrupted(const std::vector<std::string>& command, std::chrono::seconds limit) {
    return run(command, -1, Errors::into_output, limit, OnInterrupt::end_program);
}

std::string_view last_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);
}

std::string read_output(const std::vector<std::string>& command, std::chrono::seconds limit) {
    auto output = run_program(command, limit);
    check_end(command.front(), output, limit, one_line(last_line(output.text)));
    return std::move(output.text);
}

std::string filter_through(
    const std::vector<std::string>& command, std::string_view input, std::chrono::seconds limit) {
    const auto file = make_input(input);
    auto output = run(command, file.get(), Errors::to_ours, limit);
    const auto end = output.end.exit_status ? fmt::format("exit status {}", *output.end.exit_status)
                                            : fmt::format("signal {}", output.end.signal);
    check_end(command.front(), output, limit, end);
    return std::move(output.text);
}

int first_number(std::string_view text) {
    const auto digits = text.find_first_of("0123456789");
    int number = 0;
    if (digits != std::string_view::npos)
        std::from_chars(text.data() + digits, text.data() + text.size(), number);
    return number;
}

} // namespace bootproof
