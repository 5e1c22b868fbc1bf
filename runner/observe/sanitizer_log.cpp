// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/sanitizer_log.hpp"

#include <optional>
#include <utility>

namespace bootproof {

namespace {

constexpr std::string_view name_end = "Sanitizer";
constexpr std::string_view undefined = ": runtime error: ";
constexpr std::string_view summary = "SUMMARY: ";
constexpr std::size_t longest_line = 300;

bool has(std::string_view line, std::string_view part) {
    return line.find(part) != std::string_view::npos;
}

/// "Address" of "…AddressSanitizer…".
std::string kind_of(std::string_view line) {
    const auto end = line.find(name_end);
    auto begin = end;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    while (begin > 0 && is_letter(line[begin - 1]))
        --begin;
    return std::string(line.substr(begin, end - begin + name_end.size()));
}

/// "==PID==ERROR: AddressSanitizer: …"
std::optional<std::string> begun(std::string_view line) {
    if (has(line, undefined))
        return "UndefinedBehaviorSanitizer";
    const auto second = line.starts_with("==") ? line.find("==", 2) : std::string_view::npos;
    // It says at each start that it cannot work under a debugger.
    if (second == std::string_view::npos || !has(line, name_end) || has(line, "WARNING: ptrace"))
        return std::nullopt;
    return kind_of(line.substr(second + 2));
}

} // namespace

bool SanitizerLog::concerns(std::string_view line) {
    return has(line, name_end) || has(line, undefined);
}

SanitizerRecord* SanitizerLog::add(std::string_view text, std::string kind) {
    if (reports_.size() >= most_reports) {
        ++dropped_;
        return nullptr;
    }
    return &reports_.emplace_back(SanitizerRecord{
        .sanitizer = std::move(kind), .text = std::string(text.substr(0, longest_line))});
}

void SanitizerLog::heard(std::string_view line, const std::string& process, long pid) {
    const auto open = open_.find(pid);
    const bool is_summary = line.starts_with(summary) && has(line, name_end);
    const auto text = is_summary ? line.substr(summary.size()) : line;
    if (is_summary && open != open_.end()) {
        // It says in one line what the report is about.
        reports_[open->second].text = text.substr(0, longest_line);
        open_.erase(open);
        return;
    }
    auto kind = is_summary ? std::optional(kind_of(line)) : begun(line);
    if (!kind || open != open_.end())
        return;
    auto* report = add(text, *std::move(kind));
    if (report == nullptr)
        return;
    report->process = process;
    report->pid = pid;
    if (!is_summary)
        open_.emplace(pid, reports_.size() - 1);
}

} // namespace bootproof
