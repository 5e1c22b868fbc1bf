// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/journal_file.hpp"

#include "base/error.hpp"

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string_view>

namespace bootproof {

namespace {

void check(int r, std::string_view what) {
    if (r < 0)
        throw system_error(-r, what);
}

/// Of "NAME=value".
std::string_view value_of(std::string_view name, const void* bytes, std::size_t size) {
    const std::string_view pair(static_cast<const char*>(bytes), size);
    return pair.substr(std::min(name.size() + 1, pair.size()));
}

} // namespace

std::vector<std::filesystem::path> journal_files(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    const auto prefix = path.stem().string() + "@";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored))
        if (entry.path() == path
            || (entry.path().filename().string().starts_with(prefix)
                && entry.path().extension() == ".journal"))
            files.push_back(entry.path());
    return files;
}

void JournalFile::Close::operator()(sd_journal* journal) const {
    sd_journal_close(journal);
}

JournalFile::JournalFile(const std::filesystem::path& path)
    : path_(path)
    , files_(journal_files(path)) {
    // Where there is none, opening it says so.
    if (files_.empty())
        files_.push_back(path);
    journal_ = open(files_);
}

JournalFile::Handle JournalFile::open(const std::vector<std::filesystem::path>& files) const {
    std::vector<const char*> pointers;
    pointers.reserve(files.size() + 1);
    for (const auto& name : files)
        pointers.push_back(name.c_str());
    pointers.push_back(nullptr);
    sd_journal* journal = nullptr;
    check(
        sd_journal_open_files(&journal, pointers.data(), 0),
        fmt::format("Failed to open the journal '{}'", path_.string()));
    return Handle(journal);
}

void JournalFile::match_also(const std::vector<std::string>& matches) {
    check(sd_journal_add_disjunction(journal_.get()), "Failed to restrict the journal");
    for (const auto& match : matches)
        check(
            sd_journal_add_match(journal_.get(), match.data(), match.size()),
            "Failed to restrict the journal");
}

void JournalFile::match_everything() {
    sd_journal_flush_matches(journal_.get());
}

void JournalFile::read_whole_fields() {
    check(sd_journal_set_data_threshold(journal_.get(), 0), "Failed to read the journal");
}

void JournalFile::seek_head() {
    check(sd_journal_seek_head(journal_.get()), "Failed to seek in the journal");
}

void JournalFile::seek_tail() {
    check(sd_journal_seek_tail(journal_.get()), "Failed to seek in the journal");
}

bool JournalFile::next() {
    const int r = sd_journal_next(journal_.get());
    check(r, "Failed to read the journal");
    return r > 0;
}

bool JournalFile::previous() {
    const int r = sd_journal_previous(journal_.get());
    check(r, "Failed to read the journal");
    return r > 0;
}

std::optional<std::string> JournalFile::field(const std::string& name) const {
    const auto value = view(name.c_str());
    return value.data() == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string_view JournalFile::view(const char* name) const {
    const void* bytes = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal_.get(), name, &bytes, &size) < 0)
        return {};
    return value_of(name, bytes, size);
}

std::chrono::system_clock::time_point JournalFile::realtime() const {
    std::uint64_t usec = 0;
    check(
        sd_journal_get_realtime_usec(journal_.get(), &usec), "Failed to read the time of an entry");
    return std::chrono::system_clock::time_point(std::chrono::microseconds(usec));
}

std::chrono::microseconds JournalFile::monotonic() const {
    std::uint64_t usec = 0;
    sd_id128_t boot;
    check(
        sd_journal_get_monotonic_usec(journal_.get(), &usec, &boot),
        "Failed to read the time of an entry");
    return std::chrono::microseconds(usec);
}

std::string JournalFile::boot_id() const {
    std::uint64_t usec = 0;
    sd_id128_t boot;
    check(
        sd_journal_get_monotonic_usec(journal_.get(), &usec, &boot),
        "Failed to read the time of an entry");
    std::string text(SD_ID128_STRING_MAX, '\0');
    sd_id128_to_string(boot, text.data());
    return text.substr(0, 32);
}

bool JournalFile::visit_values(const std::string& field, const Visit& visit) const {
    // One after the other: of several, sd-journal looks up each value in all that came before.
    for (const auto& file : files_) {
        const auto journal = open({file});
        check(sd_journal_query_unique(journal.get(), field.c_str()), "Failed to query the journal");
        const void* bytes = nullptr;
        std::size_t size = 0;
        int r = 0;
        while ((r = sd_journal_enumerate_unique(journal.get(), &bytes, &size)) > 0)
            if (!visit(value_of(field, bytes, size)))
                return false;
        if (r < 0)
            return false;
    }
    return true;
}

unsigned JournalFile::count_unique(const std::string& field) const {
    std::set<std::string, std::less<>> values;
    // What cannot be read does not count.
    static_cast<void>(visit_values(field, [&](std::string_view value) {
        values.emplace(value);
        return true;
    }));
    return static_cast<unsigned>(values.size());
}

} // namespace bootproof
