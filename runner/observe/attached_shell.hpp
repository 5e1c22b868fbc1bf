// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/terminal.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace bootproof {

/// What to do with what was heard: show this, say that, and whether the shell has ended.
struct AttachAnswer {
    std::string shown;
    std::string said;
    bool ended = false;

    bool operator==(const AttachAnswer&) const = default;
};

/// The host's side of a machine's second console: has a shell started for the terminal, or finds
/// one that somebody has left there. Bytes in, bytes out.
class AttachedShell {
public:
    explicit AttachedShell(const Terminal& terminal);

    /// What to say each second until it is settled; empty while an answer may still come.
    std::string_view knock();

    /// Whether something in the guest shows what is typed.
    [[nodiscard]] bool answers() const { return state_ == State::found || state_ == State::shell; }

    [[nodiscard]] bool settled() const;

    /// What of the person's keys the guest gets: nothing before there is a shell.
    std::string_view typed(std::string_view bytes);

    AttachAnswer heard(std::string_view bytes);

private:
    enum class State : std::uint8_t {
        silent,
        /// It was told which terminal this is.
        greeted,
        /// A shell that was there already, or something else that has the port while it boots.
        found,
        shell,
    };

    void show(AttachAnswer& answer, std::string_view bytes);
    void hear_waits(AttachAnswer& answer);

    std::string greeting_;
    State state_ = State::silent;
    int seconds_greeted_ = 0;
    int found_knocks_ = 0;
    bool has_typed_ = false;
    /// What may be the beginning of a word.
    std::string pending_;
};

/// Ctrl-] three times within a second, as machinectl(1) has it.
class LeaveKeys {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Whether they are complete with these bytes.
    bool typed(std::string_view bytes, Time now);

private:
    int count_ = 0;
    Time first_;
};

} // namespace bootproof
