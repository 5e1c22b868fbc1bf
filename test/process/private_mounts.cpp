// SPDX-License-Identifier: LGPL-2.1-or-later
#include "private_mounts.hpp"

#include "sys/socket.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <utility>

namespace bootproof {

namespace {

bool have_own_namespace() {
    const auto user = ::geteuid();
    const auto group = ::getegid();
    // Root needs no user namespace, and other users can do it only in one of their own.
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) < 0)
        return false;
    if (user != 0) {
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << fmt::format("{0} {0} 1", user);
        std::ofstream("/proc/self/gid_map") << fmt::format("{0} {0} 1", group);
    }
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool own_namespace() {
    static const bool has = have_own_namespace();
    return has;
}

} // namespace

bool hide_vsock() {
    if (!has_vsock_device())
        return true;
    const char* device = "/dev/vhost-vsock";
    // A device on a file system without devices does not open.
    return own_namespace() && ::mount("/dev/null", device, nullptr, MS_BIND, nullptr) == 0
           && ::mount(nullptr, device, nullptr, MS_BIND | MS_REMOUNT | MS_NODEV, nullptr) == 0
           && !has_vsock_device();
}

PrivateMount::PrivateMount(std::filesystem::path place, bool is_mounted)
    : place_(std::move(place))
    , is_mounted_(is_mounted) {}

PrivateMount::~PrivateMount() {
    if (is_mounted_)
        ::umount2(place_.c_str(), MNT_DETACH);
}

PrivateMount small_disk(const std::filesystem::path& directory, unsigned kibibytes) {
    const auto size = fmt::format("size={}k", kibibytes);
    return {
        directory,
        own_namespace() && ::mount("tmpfs", directory.c_str(), "tmpfs", 0, size.c_str()) == 0};
}

PrivateMount hidden_file(const std::filesystem::path& file) {
    return {
        file,
        own_namespace() && ::mount("/dev/null", file.c_str(), nullptr, MS_BIND, nullptr) == 0};
}

} // namespace bootproof
