// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/parse_credentials.hpp"

#include "descriptor/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

/// credential_name_valid() in systemd: the name of a file and of a file descriptor. '=' ends a name
/// in SMBIOS strings.
bool is_credential_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && name.front() != '.'
           && std::ranges::all_of(name, [](char c) {
                  return c >= ' ' && c < 0x7f && c != '/' && c != ':' && c != '=';
              });
}

Credential parse_credential(
    const YAML::Node& node, const std::filesystem::path& path, const FileReader& read_file) {
    const YamlSection section(node, path, {"name", "value", "file"});
    Credential credential{.name = section.scalar(section.get("name"), "name"), .value = {}};
    if (!is_credential_name(credential.name))
        throw section.error(
            node, fmt::format("'{}' cannot be the name of a credential", credential.name));
    const auto value = section.text("value");
    const auto file = section.text("file");
    if (value.has_value() == file.has_value())
        throw section.error(
            node, fmt::format("Credential '{}' needs either a value or a file", credential.name));
    if (value && value->find('\0') != std::string::npos)
        throw section.error(
            node,
            fmt::format("The value of credential '{}' has a NUL byte in it", credential.name),
            "Put binary values into a file");
    if (file)
        refuse_nul(section, "file", *file);
    try {
        credential.value = value ? *value : read_file(*file);
    } catch (const Error& error) {
        throw section.error(section.get("file"), error.what(), error.hint());
    }
    if (credential.value.size() > credential_size_limit)
        throw section.error(
            node,
            fmt::format(
                "Credential '{}' has {} bytes, but systemd takes at most {}",
                credential.name,
                credential.value.size(),
                credential_size_limit));
    return credential;
}

} // namespace

std::vector<Credential> parse_credentials(
    const YamlSection& section,
    const std::string& key,
    const std::filesystem::path& path,
    const FileReader& read_file) {
    std::vector<Credential> credentials;
    for (const auto& item : section.items(key)) {
        auto credential = parse_credential(item, path, read_file);
        if (std::ranges::find(credentials, credential.name, &Credential::name) != credentials.end())
            throw section.error(
                item, fmt::format("Credential '{}' is given twice", credential.name));
        credentials.push_back(std::move(credential));
    }
    return credentials;
}

} // namespace bootproof
