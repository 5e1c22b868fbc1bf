// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/cgroup.hpp"

#include "sys/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <string_view>

namespace bootproof {

namespace {

/// A mount of the unified hierarchy that is nowhere in the file system; see fsopen(2).
UniqueFd mount_unified_hierarchy() {
    const UniqueFd context(::fsopen("cgroup2", FSOPEN_CLOEXEC));
    if (!context || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0)
        return {};
    return UniqueFd(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
}

/// The processes have been killed, but may not be gone yet.
void await_empty(const std::filesystem::path& group) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::seconds(5);
    const UniqueFd fd(::open((group / "cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
    while (fd && Clock::now() < end) {
        std::array<char, 256> content{};
        const auto size = ::pread(fd.get(), content.data(), content.size(), 0);
        if (size <= 0
            || std::string_view(content.data(), static_cast<std::size_t>(size)).find("populated 0")
                   != std::string_view::npos)
            return;
        // A change since it was read is POLLPRI (cgroups(7)).
        pollfd watched{fd.get(), POLLPRI, 0};
        ::poll(&watched, 1, 1000);
    }
}

/// Directories only: the files of a control group go with it.
void remove_groups(const std::filesystem::path& group) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(group, ignored))
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
            remove_groups(entry.path());
    ::rmdir(group.c_str());
}

} // namespace

void remove_cgroup(const std::string& name) {
    const auto hierarchy = mount_unified_hierarchy();
    if (!hierarchy)
        return;
    const std::filesystem::path group = fmt::format("/proc/self/fd/{}/{}", hierarchy.get(), name);
    std::error_code ignored;
    if (!std::filesystem::is_directory(group, ignored))
        return;
    // Linux before 5.14 has no cgroup.kill; there the end of the PID namespace has to do.
    const UniqueFd kill(::open((group / "cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
    if (kill && ::write(kill.get(), "1", 1) < 0)
        return;
    await_empty(group);
    remove_groups(group);
}

} // namespace bootproof
