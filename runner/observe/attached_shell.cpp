// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/attached_shell.hpp"

#include "base/attach_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

/// After which a greeting is lost: to a process that was started again.
constexpr int greeting_limit_seconds = 10;

/// How often to ask what was found whether it is a shell: it may be the end of what a guest that
/// waits said before anybody was connected.
constexpr int found_knock_limit = 2;

/// For a shell script to read as a word.
bool is_terminal_type(std::string_view type) {
    return !type.empty()
           && type.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")
                  == std::string_view::npos;
}

/// How many bytes at the end may be the beginning of the word.
std::size_t begun(std::string_view bytes, std::string_view word) {
    for (auto size = std::min(bytes.size(), word.size() - 1); size > 0; --size)
        if (bytes.ends_with(word.substr(0, size)))
            return size;
    return 0;
}

} // namespace

AttachedShell::AttachedShell(const Terminal& terminal)
    : greeting_(fmt::format(
        // What was typed before belongs to another line.
        "\n{} {} {} {}\n",
        attach_word,
        is_terminal_type(terminal.type) ? terminal.type : "vt100",
        terminal.rows,
        terminal.columns)) {}

std::string_view AttachedShell::knock() {
    if (settled())
        return {};
    if (state_ == State::found)
        ++found_knocks_;
    if (state_ == State::greeted && ++seconds_greeted_ == greeting_limit_seconds)
        state_ = State::silent;
    return state_ == State::greeted ? std::string_view() : attach_knock;
}

bool AttachedShell::settled() const {
    return state_ == State::shell
           || (state_ == State::found && (has_typed_ || found_knocks_ == found_knock_limit));
}

std::string_view AttachedShell::typed(std::string_view bytes) {
    if (!answers())
        return {};
    has_typed_ = true;
    return bytes;
}

AttachAnswer AttachedShell::heard(std::string_view bytes) {
    AttachAnswer answer;
    pending_ += bytes;
    while (!answer.ended) {
        const auto waits = pending_.find(attach_waits);
        const auto begins = pending_.find(attach_begins);
        const auto at = std::min(waits, begins);
        if (at == std::string::npos)
            break;
        show(answer, std::string_view(pending_).substr(0, at));
        pending_.erase(0, at + (at == waits ? attach_waits : attach_begins).size());
        if (at == waits)
            hear_waits(answer);
        else
            state_ = State::shell;
    }
    const auto left = std::max(begun(pending_, attach_waits), begun(pending_, attach_begins));
    show(answer, std::string_view(pending_).substr(0, pending_.size() - left));
    pending_.erase(0, pending_.size() - left);
    return answer;
}

void AttachedShell::show(AttachAnswer& answer, std::string_view bytes) {
    if (bytes.empty() || state_ == State::greeted)
        return;
    if (state_ == State::silent)
        state_ = State::found;
    answer.shown += bytes;
}

void AttachedShell::hear_waits(AttachAnswer& answer) {
    switch (state_) {
    case State::found:
        // What was found there was nothing that anybody has used.
        if (has_typed_)
            break;
        [[fallthrough]];
    case State::silent:
        answer.said += greeting_;
        state_ = State::greeted;
        seconds_greeted_ = 0;
        return;
    case State::greeted:
        // It was knocked at more than once.
        return;
    case State::shell:
        break;
    }
    answer.ended = true;
}

bool LeaveKeys::typed(std::string_view bytes, Time now) {
    constexpr char key = '\x1d';
    constexpr int presses = 3;
    for (const char c : bytes) {
        if (c != key) {
            count_ = 0;
            continue;
        }
        if (count_ == 0 || now - first_ > std::chrono::seconds(1)) {
            first_ = now;
            count_ = 0;
        }
        if (++count_ == presses)
            return true;
    }
    return false;
}

} // namespace bootproof
