// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/run_program.hpp"

#include "base/error.hpp"
#include "base/one_line.hpp"
#include "sys/event_loop.hpp"
#include "sys/file.hpp"
#include "sys/pipe.hpp"

#include <fmt/format.h>

#include <array>
#include <csignal>

namespace bootproof {

ProgramOutput run_program(const std::vector<std::string>& command, std::chrono::seconds limit) {
    auto [reader, writer] = make_pipe();
    ChildProcess child({
        .command = command,
        .environment = {},
        .standard_output = writer.get(),
        .standard_error = writer.get(),
        .descriptors = {},
    });
    writer.reset();
    ProgramOutput output;
    EventLoop loop;
    const auto timer = loop.on_timer(limit, [&] {
        output.in_time = false;
        child.kill(SIGKILL);
        loop.stop();
    });
    const auto reading = loop.on_readable(reader.get(), [&, fd = reader.get()] {
        std::array<char, 4096> buffer{};
        const auto size = read_some(fd, buffer);
        if (size == 0)
            loop.stop();
        else
            output.text.append(buffer.data(), size.value_or(0));
    });
    loop.run();
    output.end = child.wait();
    return output;
}

std::string_view last_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);
}

std::string read_output(const std::vector<std::string>& command) {
    auto output = run_program(command, std::chrono::seconds(60));
    if (!output.in_time || output.end.exit_status != 0)
        throw Error(fmt::format("'{}' failed: {}", command.front(), one_line(last_line(output.text))));
    return std::move(output.text);
}

} // namespace bootproof
