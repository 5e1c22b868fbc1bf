// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/virtiofs.hpp"

#include "base/error.hpp"
#include "plan/credential.hpp"
#include "plan/fault.hpp"
#include "plan/tree_overlay.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

constexpr int socket_number = 3;

std::filesystem::path socket_path(const PlanInput& input) {
    return input.resources.directory / "virtiofs";
}

void check_host(const PlanInput& input) {
    if (input.image.tree.empty())
        throw fault(
            input.descriptor,
            "root",
            "The image has no tree that could be the root directory",
            "Name one in the manifest ('tree'), or declare 'root: disk'");
    if (input.host.virtiofsd.empty())
        throw fault(
            input.descriptor,
            "root",
            "'virtiofsd' was not found, which shares the root directory with the machine",
            ask_doctor("Install virtiofsd, or take an image with a disk and declare 'root: disk'"));
    if (!input.host.is_root)
        throw fault(
            input.descriptor,
            "root",
            "It takes root to mount an overlay of the image's tree",
            "Run it as root, or take an image with a disk and declare 'root: disk'");
}

} // namespace

PlannedHelper root_directory_helper(const PlanInput& input) {
    check_host(input);
    const auto socket = socket_path(input);
    const auto directory = input.resources.directory / "root-directory";
    return {
        .command =
            {"unshare",
             "--mount",
             "--propagation=slave",
             "sh",
             "-euc",
             fmt::format("{}shift 2\nexec \"$@\"\n", mount_tree_overlay),
             "bootproof",
             directory.string(),
             input.image.tree.string(),
             input.host.virtiofsd.string(),
             "--shared-dir",
             (directory / "root").string(),
             // The mount namespace is private already, and a PID namespace would outlive it.
             "--sandbox=chroot",
             "--posix-acl",
             // Nobody but this guest changes anything.
             "--cache=always",
             // The layers of an overlay have none.
             "--inode-file-handles=never",
             // What it says is taken for what went wrong with the machine.
             "--log-level=error"},
        .socket = socket,
        .number = socket_number,
        .on_descriptor = fmt::format("--fd={}", socket_number),
        .on_path = fmt::format("--socket-path={}", socket.string()),
    };
}

std::vector<std::string> root_directory_arguments(const PlanInput& input) {
    return {
        // clang-format off
        "-object", fmt::format("memory-backend-memfd,id=ram,size={}M,share=on", input.descriptor.memory_mib),
        "-chardev", fmt::format("socket,id=root,path={}", qemu_value(socket_path(input).string())),
        "-device", fmt::format("vhost-user-fs-pci,chardev=root,tag={}", root_directory_tag),
        // clang-format on
    };
}

} // namespace bootproof
