// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/credential.hpp"

#include "base/base64.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

constexpr std::string_view fw_cfg_prefix = "opt/io.systemd.credentials/";

/// Of the 32 that fw_cfg has room for, QEMU itself needs about half; one too many ends it.
constexpr std::size_t free_fw_cfg_files = 12;

} // namespace

std::string qemu_value(std::string_view value) {
    std::string escaped;
    for (const char c : value)
        escaped += c == ',' ? std::string(",,") : std::string(1, c);
    return escaped;
}

std::string smbios_string(const Credential& credential) {
    return fmt::format(
        "io.systemd.credential.binary:{}={}", credential.name, base64(credential.value));
}

bool fits_fw_cfg(const Credential& credential) {
    return credential.name.size() <= longest_fw_cfg_name;
}

void transport_credentials(
    const std::vector<Credential>& credentials,
    CredentialTransport transport,
    const std::filesystem::path& directory,
    TransportedCredentials& result) {
    for (const auto& credential : credentials) {
        // Numbered, for a name may be longer than a file name allows once it has a prefix.
        const auto file = directory / fmt::format("credential-{:03}", result.files.size());
        if (transport == CredentialTransport::strings) {
            result.strings.push_back(smbios_string(credential));
            result.smbios_bytes += result.strings.back().size() + 1;
        } else if (transport == CredentialTransport::smbios) {
            // A file keeps the value out of the argument list, which is limited and public.
            auto content = smbios_string(credential);
            result.smbios_bytes += content.size() + 1;
            result.arguments.insert(
                result.arguments.end(),
                {"-smbios", fmt::format("type=11,path={}", qemu_value(file.string()))});
            result.files.push_back({.path = file, .content = std::move(content)});
        } else if (fits_fw_cfg(credential)) {
            result.arguments.insert(
                result.arguments.end(),
                {"-fw_cfg",
                 fmt::format(
                     "name={}{},file={}",
                     fw_cfg_prefix,
                     qemu_value(credential.name),
                     qemu_value(file.string()))});
            result.files.push_back({.path = file, .content = credential.value});
        } else {
            result.kernel_arguments.push_back(fmt::format(
                "systemd.set_credential_binary={}:{}", credential.name, base64(credential.value)));
        }
    }
    if (transport == CredentialTransport::fw_cfg && credentials.size() > free_fw_cfg_files)
        result.arguments.insert(
            result.arguments.end(),
            {"-global", fmt::format("fw_cfg.x-file-slots={}", credentials.size() + 32)});
}

} // namespace bootproof
