// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/journal_capture.hpp"

#include "sys/child_process.hpp"
#include "sys/file.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bootproof {

namespace {

constexpr std::string_view end_of_entry = "\n\n";
constexpr std::chrono::seconds conversion_limit(60);

} // namespace

JournalCapture::JournalCapture(const LaunchPlan& plan, std::filesystem::path path)
    : plan_(plan)
    , path_(std::move(path))
    , file_(create_file(path_, 0600)) {}

void JournalCapture::listen(EventLoop& loop, UniqueFd listener) {
    inlet_ = std::make_unique<Inlet>(
        loop, std::move(listener), [this](std::string_view bytes) { append(bytes); });
}

void JournalCapture::read_available() {
    inlet_->read_available();
}

void JournalCapture::drain() {
    inlet_->drain();
}

bool JournalCapture::is_whole() const {
    return end_.empty() || end_ == end_of_entry;
}

void JournalCapture::append(std::string_view bytes) {
    write_all(file_.get(), bytes, path_);
    end_ += bytes.substr(bytes.size() - std::min(bytes.size(), end_of_entry.size()));
    end_.erase(0, end_.size() - std::min(end_.size(), end_of_entry.size()));
}

void JournalCapture::finish() {
    const auto stream = open_file(path_);
    const auto log = path_.string() + ".log";
    const auto complaints = create_file(log, 0600);
    ChildProcess receiver(SpawnOptions{
        .command = plan_.journal_receiver,
        .environment = {{"SYSTEMD_LOG_LEVEL", "err"}},
        .standard_input = stream.get(),
        .standard_output = complaints.get(),
        .standard_error = complaints.get(),
        .descriptors = {},
    });
    // Also of a cut stream every whole entry is evidence.
    const bool converted =
        receiver.ends_within(conversion_limit) && receiver.wait().exit_status == 0;
    truncated_ = !is_whole() || !converted;
    errors_ = read_file_tail(log, 4096);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    std::filesystem::remove(log, ignored);
}

} // namespace bootproof
