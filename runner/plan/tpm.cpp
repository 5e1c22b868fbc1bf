// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/tpm.hpp"

#include "base/error.hpp"
#include "plan/credential.hpp"
#include "plan/fault.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

constexpr int socket_number = 3;

std::filesystem::path socket_path(const PlanInput& input) {
    return input.resources.directory / "tpm";
}

} // namespace

PlannedHelper tpm_helper(const PlanInput& input) {
    if (input.host.swtpm.empty())
        throw fault(
            input.descriptor,
            "tpm",
            "'swtpm' was not found in $PATH, which is the machine's TPM",
            ask_doctor("Install swtpm"));
    const auto socket = socket_path(input);
    return {
        .command =
            {input.host.swtpm.string(),
             "socket",
             "--tpm2",
             "--tpmstate",
             fmt::format("dir={},mode=0600", input.resources.directory.string()),
             // QEMU would have to say it otherwise.
             "--flags",
             "startup-clear",
             "--terminate",
             "--ctrl"},
        .socket = socket,
        .number = socket_number,
        .on_descriptor = fmt::format("type=unixio,fd={}", socket_number),
        .on_path = fmt::format("type=unixio,path={}", socket.string()),
    };
}

std::vector<std::string> tpm_arguments(const PlanInput& input) {
    return {
        // clang-format off
        "-chardev", fmt::format("socket,id=tpm,path={}", qemu_value(socket_path(input).string())),
        "-tpmdev", "emulator,id=tpm,chardev=tpm",
        "-device", input.image.architecture == "arm64" ? "tpm-tis-device,tpmdev=tpm" : "tpm-tis,tpmdev=tpm",
        // clang-format on
    };
}

} // namespace bootproof
