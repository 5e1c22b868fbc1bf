// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "launch/inlet.hpp"
#include "plan/launch_plan.hpp"
#include "sys/event_loop.hpp"
#include "sys/unique_fd.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace bootproof {

/// The journal of a machine that is to be saved: kept as it comes, in the journal's export format
/// (systemd.io/JOURNAL_EXPORT_FORMATS), for it has to be known where an entry ends; and turned into
/// a journal file at the end.
class JournalCapture {
public:
    /// The stream goes into the file 'path'.
    JournalCapture(const LaunchPlan& plan, std::filesystem::path path);

    /// The loop must live longer than this.
    void listen(EventLoop& loop, UniqueFd listener);

    /// Reads what has come, without waiting: while the machine lives, and when it has ended.
    void read_available();
    void drain();

    /// What has come ends with an entry.
    [[nodiscard]] bool is_whole() const;

    /// Writes the journal file, and removes the stream's.
    void finish();

    /// The stream stopped within an entry, or was not turned into a journal file as a whole.
    [[nodiscard]] bool truncated() const { return truncated_; }

    /// What systemd-journal-remote(8) complained about.
    [[nodiscard]] const std::string& errors() const { return errors_; }

private:
    void append(std::string_view bytes);

    const LaunchPlan& plan_;
    std::filesystem::path path_;
    UniqueFd file_;
    std::unique_ptr<Inlet> inlet_;
    std::string end_;
    std::string errors_;
    bool truncated_ = false;
};

} // namespace bootproof
