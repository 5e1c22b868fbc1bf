// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/file.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

namespace bootproof {

namespace {

UniqueFd open_for_writing(const std::filesystem::path& path, int flags, unsigned mode) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, mode));
    if (!fd || ::fchmod(fd.get(), mode) < 0)
        throw system_error(errno, fmt::format("Failed to create '{}'", path.string()));
    return fd;
}

UniqueFd open_for_reading(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd)
        throw system_error(errno, fmt::format("Failed to open '{}'", path.string()));
    return fd;
}

std::string read_up_to(int fd, std::size_t limit, const std::filesystem::path& path) {
    std::string content;
    std::array<char, 65536> buffer{};
    while (content.size() < limit) {
        const auto n = ::read(fd, buffer.data(), std::min(buffer.size(), limit - content.size()));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw system_error(errno, fmt::format("Failed to read '{}'", path.string()));
        if (n == 0)
            break;
        content.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return content;
}

} // namespace

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
    return read_up_to(open_for_reading(path).get(), limit, path);
}

std::string read_file_tail(const std::filesystem::path& path, std::size_t limit) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));

    struct stat info {};

    if (!fd || ::fstat(fd.get(), &info) < 0)
        return {};
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > limit)
        ::lseek(fd.get(), static_cast<off_t>(size - limit), SEEK_SET);
    return read_up_to(fd.get(), limit, path);
}

UniqueFd open_file(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd)
        throw system_error(errno, fmt::format("Failed to open '{}'", path.string()));
    return fd;
}

UniqueFd create_file(const std::filesystem::path& path, unsigned mode) {
    return open_for_writing(path, O_TRUNC, mode);
}

UniqueFd append_file(const std::filesystem::path& path, unsigned mode) {
    return open_for_writing(path, O_APPEND, mode);
}

UniqueFd create_new_file(const std::filesystem::path& path, unsigned mode) {
    return open_for_writing(path, O_EXCL, mode);
}

UniqueFd open_null() {
    UniqueFd fd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!fd)
        throw system_error(errno, "Failed to open '/dev/null'");
    return fd;
}

void write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw system_error(
                errno,
                fmt::format("Failed to write '{}'", path.string()),
                errno == ENOSPC ? "Make room on that file system, or choose another with TMPDIR"
                                : "");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

void write_file(const std::filesystem::path& path, std::string_view content, unsigned mode) {
    write_all(create_file(path, mode).get(), content, path);
}

namespace {

/// One stretch of data, from where both stand.
bool copy_stretch(int from, int to, off_t bytes) {
    while (bytes > 0) {
        const auto size = ::sendfile(to, from, nullptr, static_cast<std::size_t>(bytes));
        if (size <= 0)
            return size == 0;
        bytes -= size;
    }
    return true;
}

/// Holes stay holes (lseek(2), SEEK_DATA): a drive that nobody has written to takes no room.
bool copy_data(int from, int to) {
    off_t end = 0;
    for (;;) {
        const auto data = ::lseek(from, end, SEEK_DATA);
        if (data < 0)
            break;
        end = ::lseek(from, data, SEEK_HOLE);
        if (end < 0 || ::lseek(from, data, SEEK_SET) < 0 || ::lseek(to, data, SEEK_SET) < 0
            || !copy_stretch(from, to, end - data))
            return false;
    }
    // No more data.
    return errno == ENXIO && ::ftruncate(to, ::lseek(from, 0, SEEK_END)) == 0
           && ::lseek(to, 0, SEEK_SET) == 0;
}

/// 'where' is for the message.
void copy_content(const std::filesystem::path& from, int to, const std::filesystem::path& where) {
    if (!copy_data(open_file(from).get(), to))
        throw system_error(
            errno, fmt::format("Failed to copy '{}' to '{}'", from.string(), where.string()));
}

} // namespace

void copy_whole_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    copy_content(from, create_file(to, 0640).get(), to);
}

UniqueFd create_without_name(const std::filesystem::path& directory, std::uint64_t bytes) {
    auto name = (directory / "bootproof.XXXXXX").string();
    UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file)
        throw system_error(
            errno, fmt::format("Failed to create a file in '{}'", directory.string()));
    ::unlink(name.c_str());
    if (::ftruncate(file.get(), static_cast<off_t>(bytes)) < 0)
        throw system_error(
            errno,
            fmt::format("Failed to make a file of {} bytes in '{}'", bytes, directory.string()));
    return file;
}

UniqueFd
copy_without_name(const std::filesystem::path& path, const std::filesystem::path& directory) {
    auto copy = create_without_name(directory, 0);
    copy_content(path, copy.get(), directory);
    return copy;
}

void sync_file(const std::filesystem::path& path) {
    if (::fsync(open_file(path).get()) < 0)
        throw system_error(errno, fmt::format("Failed to write '{}'", path.string()));
}

namespace {

std::uint64_t room_of(const struct stat& status) {
    constexpr std::uint64_t block = 512;
    return block * static_cast<std::uint64_t>(status.st_blocks);
}

} // namespace

std::uint64_t bytes_on_disk(const std::filesystem::path& path) {
    struct stat status {};

    return ::stat(path.c_str(), &status) == 0 ? room_of(status) : 0;
}

std::optional<DiskFile> disk_file(const std::filesystem::path& path) {
    struct stat status {};

    if (::lstat(path.c_str(), &status) != 0)
        return std::nullopt;
    return DiskFile{
        .device = status.st_dev,
        .inode = status.st_ino,
        .links = status.st_nlink,
        .bytes = room_of(status)};
}

namespace {

constexpr std::size_t hole_granularity = 4096;

/// The length of the stretch that begins there and is all zeroes, or all not, in whole blocks.
std::size_t stretch(std::span<const char> bytes, bool zero) {
    std::size_t length = 0;
    while (length < bytes.size()) {
        const auto block = bytes.subspan(length, std::min(hole_granularity, bytes.size() - length));
        if (std::ranges::all_of(block, [](char c) { return c == 0; }) != zero)
            break;
        length += block.size();
    }
    return length;
}

} // namespace

void dig_holes(const std::filesystem::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (!fd)
        throw system_error(errno, fmt::format("Failed to open '{}'", path.string()));
    std::vector<char> buffer(std::size_t{1} << 20);
    off_t at = 0;
    ssize_t size = 0;
    while ((size = ::pread(fd.get(), buffer.data(), buffer.size(), at)) > 0) {
        std::span<const char> rest(buffer.data(), static_cast<std::size_t>(size));
        while (!rest.empty()) {
            const auto zeroes = stretch(rest, true);
            if (zeroes > 0
                && ::fallocate(
                       fd.get(),
                       FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                       at,
                       static_cast<off_t>(zeroes))
                       < 0) {
                if (errno == EOPNOTSUPP)
                    return;
                throw system_error(errno, fmt::format("Failed to shorten '{}'", path.string()));
            }
            const auto passed = zeroes + stretch(rest.subspan(zeroes), false);
            rest = rest.subspan(passed);
            at += static_cast<off_t>(passed);
        }
    }
    if (size < 0)
        throw system_error(errno, fmt::format("Failed to read '{}'", path.string()));
}

void replace_file(const std::filesystem::path& path, std::string_view content) {
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    const std::filesystem::path aside = fmt::format("{}.{}.tmp", path.string(), ::getpid());
    try {
        write_file(aside, content, 0644);
        if (::rename(aside.c_str(), path.c_str()) < 0)
            throw system_error(errno, fmt::format("Failed to write '{}'", path.string()));
    } catch (...) {
        ::unlink(aside.c_str());
        throw;
    }
}

bool can_read(const std::filesystem::path& path) {
    return ::access(path.c_str(), R_OK) == 0;
}

bool can_write(const std::filesystem::path& path) {
    return ::access(path.c_str(), W_OK) == 0;
}

bool can_execute(const std::filesystem::path& path) {
    return ::access(path.c_str(), X_OK) == 0;
}

std::optional<FileStamp> file_stamp(const std::filesystem::path& path) {
    struct stat info {};

    if (::stat(path.c_str(), &info) < 0)
        return std::nullopt;
    return FileStamp{
        .size = static_cast<std::uintmax_t>(info.st_size),
        .modified = info.st_mtim.tv_sec * std::int64_t{1'000'000'000} + info.st_mtim.tv_nsec,
    };
}

std::optional<std::size_t> read_some(int fd, std::span<char> buffer) {
    const auto n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return std::nullopt;
    return n < 0 ? 0 : static_cast<std::size_t>(n);
}

bool is_in_memory(const std::filesystem::path& directory) {
    struct statfs info {};

    return ::statfs(directory.c_str(), &info) == 0 && info.f_type == TMPFS_MAGIC;
}

std::filesystem::path find_program(const std::string& name, std::string_view search_path) {
    while (!search_path.empty()) {
        const auto directory = search_path.substr(0, search_path.find(':'));
        search_path.remove_prefix(std::min(directory.size() + 1, search_path.size()));
        auto candidate = std::filesystem::path(directory) / name;
        if (!directory.empty() && can_execute(candidate))
            return candidate;
    }
    return {};
}

} // namespace bootproof
