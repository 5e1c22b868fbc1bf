// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/hang_questions.hpp"

#include "plan/qmp_command.hpp"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace bootproof {

namespace {

using namespace std::chrono_literals;

struct Step {
    bool is_for_monitor;
    std::string_view bytes;
    /// Until the next one. A break has to come before its letter, and they go different ways.
    std::chrono::milliseconds pause;
};

/// What is to be seen; everything to the console; what the processors run; blocked tasks, which are
/// the most telling and so the last.
constexpr std::array steps{
    Step{true, qmp_screenshot, 500ms},
    Step{true, qmp_registers, 0ms},
    Step{true, qmp_break, 200ms},
    Step{false, "9", 200ms},
    Step{true, qmp_break, 200ms},
    Step{false, "l", 1500ms},
    Step{true, qmp_break, 200ms},
    Step{false, "w", 1000ms},
};

} // namespace

HangQuestions::HangQuestions(
    EventLoop& loop,
    Outlet& monitor,
    Outlet& console,
    Scope scope,
    std::function<void()> on_answered)
    : loop_(loop)
    , monitor_(monitor)
    , console_(console)
    , on_answered_(std::move(on_answered))
    , step_(scope == Scope::all_but_screen ? 1 : 0)
    , end_(scope == Scope::screen ? 1 : steps.size()) {
    ask();
}

void HangQuestions::ask() {
    if (step_ == end_) {
        on_answered_();
        return;
    }
    const auto& [is_for_monitor, bytes, pause] = steps.at(step_++);
    (is_for_monitor ? monitor_ : console_).say(bytes);
    // Not in place of the one that is just calling.
    timers_.push_back(loop_.on_timer(pause, [this] { ask(); }));
}

} // namespace bootproof
