// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/written_units.hpp"

#include "base/shell_quote.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

/// printf(1) of the shell reads a value with any bytes in it, so that no process is started.
std::string printf_argument(std::string_view value) {
    std::string escaped;
    for (const char c : value) {
        if (c == '\\')
            escaped += "\\\\";
        else if (c == '\0')
            escaped += "\\0000";
        else
            escaped += c;
    }
    return shell_quote(escaped);
}

/// What systemd-debug-generator(8) calls the file of a drop-in.
std::string drop_in_name(std::string_view credential) {
    const auto tilde = credential.find('~');
    return fmt::format(
        "{}.conf",
        tilde == std::string_view::npos ? "50-credential" : credential.substr(tilde + 1));
}

} // namespace

std::string_view unit_of_drop_in(std::string_view credential) {
    credential.remove_prefix(unit_drop_in_prefix.size());
    return credential.substr(0, credential.find('~'));
}

std::string write_command(std::string_view value, std::string_view path) {
    return fmt::format("printf %b {} >{}\n", printf_argument(value), shell_quote(path));
}

std::string write_units(const std::vector<Credential>& credentials) {
    auto directories = fmt::format("mkdir -p {}", written_units_directory);
    std::string text;
    for (const auto& credential : credentials) {
        const std::string_view name = credential.name;
        if (name.starts_with(extra_unit_prefix)) {
            text += write_command(
                credential.value,
                fmt::format(
                    "{}/{}", written_units_directory, name.substr(extra_unit_prefix.size())));
        } else if (name.starts_with(unit_drop_in_prefix)) {
            const auto directory =
                fmt::format("{}/{}.d", written_units_directory, unit_of_drop_in(name));
            directories += " " + shell_quote(directory);
            text += write_command(credential.value, directory + "/" + drop_in_name(name));
        }
    }
    return directories + "\n" + text;
}

} // namespace bootproof
