// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/socket.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/vm_sockets.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <random>

namespace bootproof {

namespace {

// VHOST_VSOCK_SET_GUEST_CID; linux/vhost.h itself is no C++.
constexpr unsigned long set_guest_cid = _IOW(0xAF, 0x60, std::uint64_t);

sockaddr_un unix_address(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof(address.sun_path))
        throw Error(
            fmt::format("'{}' is too long for the path of a socket", path.string()),
            "Set XDG_RUNTIME_DIR to a shorter directory");
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    return address;
}

UniqueFd bind_unix(const std::filesystem::path& path, int type) {
    const auto address = unix_address(path);
    UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* pointer = reinterpret_cast<const sockaddr*>(&address);
    if (!fd || ::bind(fd.get(), pointer, sizeof(address)) < 0)
        throw system_error(errno, fmt::format("Failed to listen on '{}'", path.string()));
    return fd;
}

UniqueFd try_connect(const std::filesystem::path& path) {
    const auto address = unix_address(path);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* pointer = reinterpret_cast<const sockaddr*>(&address);
    if (!fd || ::connect(fd.get(), pointer, sizeof(address)) < 0)
        return {};
    return fd;
}

} // namespace

UniqueFd listen_unix(const std::filesystem::path& path) {
    auto fd = bind_unix(path, SOCK_STREAM);
    if (::listen(fd.get(), 4) < 0)
        throw system_error(errno, fmt::format("Failed to listen on '{}'", path.string()));
    return fd;
}

UniqueFd bind_datagrams(const std::filesystem::path& path) {
    return bind_unix(path, SOCK_DGRAM);
}

bool can_connect_unix(const std::filesystem::path& path) {
    return static_cast<bool>(try_connect(path));
}

UniqueFd connect_unix(const std::filesystem::path& path) {
    auto fd = try_connect(path);
    if (!fd)
        throw system_error(errno, fmt::format("Failed to connect to '{}'", path.string()));
    return fd;
}

UniqueFd accept_connection(int listener) {
    UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
        throw system_error(errno, "Failed to accept a connection");
    return fd;
}

void make_blocking(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

void make_nonblocking(int fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

std::size_t send_to_peer(int fd, std::string_view bytes) {
    auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == ENOTSOCK)
        sent = ::write(fd, bytes.data(), bytes.size());
    if (sent >= 0)
        return static_cast<std::size_t>(sent);
    return errno == EAGAIN || errno == EINTR ? 0 : bytes.size();
}

void send_all_to_peer(int fd, std::string_view bytes) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    make_blocking(fd);
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::pair<UniqueFd, UniqueFd> make_socket_pair() {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) < 0)
        throw system_error(errno, "Failed to make a pair of sockets");
    return {UniqueFd(pair[0]), UniqueFd(pair[1])};
}

bool stop_receiving(int fd) {
    int domain = 0;
    socklen_t size = sizeof(domain);
    // On vsock this would throw away what has come.
    return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX
           && ::shutdown(fd, SHUT_RD) == 0;
}

UniqueFd listen_vsock(std::uint32_t& port) {
    UniqueFd fd(::socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_ANY;
    address.svm_port = VMADDR_PORT_ANY;
    auto* pointer = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (!fd || ::bind(fd.get(), pointer, size) < 0 || ::listen(fd.get(), SOMAXCONN) < 0
        || ::getsockname(fd.get(), pointer, &size) < 0)
        throw system_error(errno, "Failed to listen on vsock");
    port = address.svm_port;
    return fd;
}

UniqueFd claim_vsock_cid(std::uint32_t& cid) {
    UniqueFd fd(::open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC));
    if (!fd)
        throw system_error(errno, "Failed to open '/dev/vhost-vsock'");
    std::random_device random;
    // 0 to 2 are reserved, and the last is VMADDR_CID_ANY.
    std::uniform_int_distribution<std::uint32_t> choose(3, 0x7fffffff);
    for (int attempt = 0; attempt < 64; ++attempt) {
        std::uint64_t candidate = choose(random);
        if (::ioctl(fd.get(), set_guest_cid, &candidate) == 0) {
            cid = static_cast<std::uint32_t>(candidate);
            return fd;
        }
        if (errno != EADDRINUSE)
            throw system_error(errno, "Failed to claim a vsock context id");
    }
    throw Error("No vsock context id is free");
}

bool has_vsock_device() {
    return static_cast<bool>(UniqueFd(::open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC)));
}

} // namespace bootproof
