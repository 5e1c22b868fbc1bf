// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/helper.hpp"

#include "sys/socket.hpp"

namespace bootproof {

namespace {

ChildProcess start(const PlannedHelper& planned, int output) {
    const auto socket = listen_unix(planned.socket);
    make_blocking(socket.get());
    auto command = planned.command;
    command.push_back(planned.on_descriptor);
    return ChildProcess({
        .command = std::move(command),
        .environment = {},
        .standard_output = output,
        .standard_error = output,
        .descriptors = {{planned.number, socket.get()}},
    });
}

} // namespace

Helper::Helper(const PlannedHelper& planned, int output)
    : process_(start(planned, output))
    , guard_(process_) {}

} // namespace bootproof
