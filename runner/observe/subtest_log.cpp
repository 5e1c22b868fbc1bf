// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/subtest_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

namespace bootproof {

namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_reason = 500;

/// What `set -x` makes of `: "TEXT"`, and anything else as it is.
std::string_view without_trace(std::string_view line) {
    const auto traced = line.find_first_not_of('+');
    if (traced == 0 || traced == std::string_view::npos)
        return line;
    auto rest = line.substr(traced);
    constexpr std::string_view before = " : '";
    if (!rest.starts_with(before) || !rest.ends_with('\''))
        return line;
    rest.remove_prefix(before.size());
    rest.remove_suffix(1);
    return rest;
}

/// The file of a subtest without folder and suffix; a function as it is.
std::string name_of(std::string_view subject) {
    subject.remove_prefix(subject.rfind('/') + 1);
    if (subject.ends_with(".sh"))
        subject.remove_suffix(3);
    return std::string(subject.substr(0, longest_name));
}

/// TEXT of "BEFORE TEXT AFTER".
std::optional<std::string_view>
between(std::string_view line, std::string_view before, std::string_view after) {
    if (line.size() <= before.size() + after.size() || !line.starts_with(before)
        || !line.ends_with(after))
        return std::nullopt;
    return line.substr(before.size(), line.size() - before.size() - after.size());
}

std::optional<std::string_view> first_word(std::optional<std::string_view> text) {
    return text ? std::optional(text->substr(0, text->find(' '))) : std::nullopt;
}

std::optional<std::string_view> begun(std::string_view line) {
    const auto subtest = between(line, "--- ", " BEGIN ---");
    return subtest ? subtest : between(line, "+++ ", " BEGIN +++");
}

/// "--- NAME END (3s) ---" or "+++ NAME END +++".
std::optional<std::string_view> passed(std::string_view line) {
    if (const auto testcase = between(line, "+++ ", " END +++"))
        return testcase;
    const auto rest = between(line, "--- ", "s) ---");
    const auto end = rest ? rest->rfind(" END (") : std::string_view::npos;
    return end == std::string_view::npos ? std::nullopt : std::optional(rest->substr(0, end));
}

std::optional<SubtestResult> parse_result(std::string_view word) {
    if (word == "pass")
        return SubtestResult::pass;
    if (word == "fail")
        return SubtestResult::fail;
    if (word == "skip")
        return SubtestResult::skip;
    return std::nullopt;
}

} // namespace

void SubtestLog::heard(std::string_view line, Microseconds at) {
    const auto text = without_trace(line);
    if (const auto name = begun(text))
        begin(name_of(*name), at);
    else if (const auto passing = passed(text))
        end(name_of(*passing), SubtestResult::pass, at);
    else if (const auto failing = between(text, "Subtest ", " failed"))
        end(name_of(*failing), SubtestResult::fail, at);
    else if (const auto skipped = first_word(between(text, "Skipping ", "')"));
             skipped && text.find("matching '") != std::string_view::npos)
        end(name_of(*skipped), SubtestResult::skip, at);
}

void SubtestLog::recorded(const SubtestMessage& message, Microseconds at) {
    const auto result = parse_result(message.result);
    if (!result || message.name.empty())
        return;
    auto* subtest = end(name_of(message.name), *result, at);
    if (subtest == nullptr)
        return;
    subtest->place = parse_place(message.place).value_or(SourcePlace());
    subtest->reason = message.reason.substr(0, longest_reason);
}

SubtestRecord* SubtestLog::find_or_add(const std::string& name) {
    const auto found = std::ranges::find(subtests_, name, &SubtestRecord::name);
    if (found != subtests_.end())
        return &*found;
    if (subtests_.size() >= most_subtests)
        return nullptr;
    return &subtests_.emplace_back(SubtestRecord{.name = name});
}

std::vector<SubtestLog::Open>::iterator SubtestLog::find_open(std::string_view name) {
    const auto suffix = fmt::format(".{}", name);
    const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& open) {
        const auto& full = subtests_[open.index].name;
        return full == name || full.ends_with(suffix);
    });
    return found == open_.rend() ? open_.end() : std::prev(found.base());
}

void SubtestLog::begin(const std::string& name, Microseconds at) {
    // One that begins again, after a reboot, say, did not run in itself.
    open_.erase(find_open(name), open_.end());
    auto* subtest = find_or_add(
        open_.empty() ? name : fmt::format("{}.{}", subtests_[open_.back().index].name, name));
    if (subtest == nullptr)
        return;
    subtest->result = SubtestResult::unfinished;
    open_.push_back({.index = static_cast<std::size_t>(subtest - subtests_.data()), .since = at});
}

SubtestRecord* SubtestLog::end(const std::string& name, SubtestResult result, Microseconds at) {
    const auto outermost = find_open(name);
    if (outermost == open_.end()) {
        // It may have been told already: a record comes beside the lines.
        auto* subtest = find_or_add(name);
        if (subtest != nullptr)
            subtest->result = result;
        return subtest;
    }
    auto* const ended = &subtests_[outermost->index];
    for (auto open = outermost; open != open_.end(); ++open) {
        auto& subtest = subtests_[open->index];
        // What still runs in one that failed is why.
        if (open == outermost || result == SubtestResult::fail)
            subtest.result = result;
        // After a reboot the clock begins anew.
        if (at >= open->since)
            subtest.duration = at - open->since;
    }
    open_.erase(outermost, open_.end());
    return ended;
}

} // namespace bootproof
