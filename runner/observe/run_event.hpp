// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "observe/observation.hpp"

#include <map>
#include <string>
#include <variant>

namespace bootproof {

/// The process of the machine has ended, and everything that it had written has been read.
struct MachineExited {
    ProcessEnd end;
};

/// The guest has said something over the notify channel.
struct NotifyReceived {
    std::map<std::string, std::string> fields;
};

struct MachineEventReceived {
    std::string name;
    std::string reason;
};

/// The agent of a machine that is saved or forked has said something: a line.
struct AgentSaid {
    std::string line;
};

/// While the guest stands: whether what it had sent ends with a whole message and a whole entry of
/// the journal, so that nothing is cut in two.
struct ChannelsRead {
    bool whole = false;
};

/// The guest has gone on for a moment.
struct PauseDue {};

/// The test has ended with that exit status, and its journal has come whole.
struct TestEnded {
    std::string status;
    /// It has failed, and the guest waits with the consequences until it was saved.
    bool waits = false;
};

/// The run has taken as long as it may.
struct DeadlinePassed {};

/// What can be had of a machine that hangs has come.
struct QuestionsAnswered {};

/// The machine has given its exit status, but did not go away in the time that was left to it.
struct ShutdownDeadlinePassed {};

/// The machine could not be saved in the time for that.
struct KeepDeadlinePassed {};

struct Interrupted {
    int signal = 0;
};

using RunEvent = std::variant<
    MachineExited,
    NotifyReceived,
    MachineEventReceived,
    AgentSaid,
    ChannelsRead,
    PauseDue,
    TestEnded,
    DeadlinePassed,
    QuestionsAnswered,
    ShutdownDeadlinePassed,
    KeepDeadlinePassed,
    Interrupted>;

} // namespace bootproof
