// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sd_journal;

namespace bootproof {

/// The journal file at 'path', if it is there, and what was rotated away from it (NAME@….journal).
std::vector<std::filesystem::path> journal_files(const std::filesystem::path& path);

/// A journal file of the host's systemd-journal-remote(8), for reading; see sd-journal(3). What was
/// rotated away from it is read along.
class JournalFile {
public:
    /// Throws Error naming the file when it cannot be opened.
    explicit JournalFile(const std::filesystem::path& path);

    /// Restricts what next() and previous() find: fields of one name are alternatives, other names
    /// must match as well, and each call's matches are an alternative to those of earlier calls.
    /// "FIELD=value".
    void match_also(const std::vector<std::string>& matches);
    void match_everything();

    /// From here on fields come whole, however long they are.
    void read_whole_fields();

    void seek_head();
    void seek_tail();
    bool next();
    bool previous();

    /// Of the current entry. At most 64 KiB of it, unless all of it was asked for.
    [[nodiscard]] std::optional<std::string> field(const std::string& name) const;
    /// The same without a copy, good until the journal is read again; empty where it has none.
    [[nodiscard]] std::string_view view(const char* name) const;
    [[nodiscard]] std::chrono::system_clock::time_point realtime() const;
    [[nodiscard]] std::chrono::microseconds monotonic() const;
    /// In hex.
    [[nodiscard]] std::string boot_id() const;

    using Visit = std::function<bool(std::string_view value)>;

    /// Calls 'visit' with each distinct value of the field, in no order, until it says false; with
    /// one that was rotated away once more. That is far faster than reading the entries. False,
    /// too, when not all could be read.
    [[nodiscard]] bool visit_values(const std::string& field, const Visit& visit) const;
    /// Distinct values of the field in all entries.
    [[nodiscard]] unsigned count_unique(const std::string& field) const;

private:
    struct Close {
        void operator()(sd_journal* journal) const;
    };

    using Handle = std::unique_ptr<sd_journal, Close>;

    [[nodiscard]] Handle open(const std::vector<std::filesystem::path>& files) const;

    std::filesystem::path path_;
    std::vector<std::filesystem::path> files_;
    Handle journal_;
};

} // namespace bootproof
