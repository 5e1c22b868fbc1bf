// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/error.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bootproof {

/// Parses the one document in 'text'; throws Error with "PATH:LINE:COLUMN: …".
YAML::Node parse_yaml(std::string_view text, const std::filesystem::path& path);

/// "PATH:LINE:COLUMN" of a node, counted from one.
std::string location(const std::filesystem::path& path, const YAML::Mark& mark);

/// A YAML mapping whose keys are known. Every fault is an Error that begins with its place in the
/// file.
class YamlSection {
public:
    /// Refuses what is not a mapping, keys that are not among 'known', and keys given twice.
    YamlSection(
        const YAML::Node& node, std::filesystem::path path, std::vector<std::string_view> known);

    [[nodiscard]] std::optional<YAML::Node> find(std::string_view key) const;
    [[nodiscard]] YAML::Node get(std::string_view key) const;

    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    /// A whole number from 'least' to 'most'.
    [[nodiscard]] std::optional<std::int64_t>
    number(std::string_view key, std::int64_t least, std::int64_t most) const;
    /// What the list has; none where the key is missing.
    [[nodiscard]] std::vector<YAML::Node> items(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] std::map<std::string, std::string> text_map(std::string_view key) const;
    /// The index of the value in 'spellings'.
    [[nodiscard]] std::optional<std::size_t>
    choice(std::string_view key, const std::vector<std::string_view>& spellings) const;
    /// The same of each in a list.
    [[nodiscard]] std::vector<std::size_t>
    choices(std::string_view key, const std::vector<std::string_view>& spellings) const;

    [[nodiscard]] Error
    error(const YAML::Node& at, const std::string& message, std::string hint = {}) const;
    [[nodiscard]] std::string where(std::string_view key) const;
    /// The text of a scalar that must not be a list or mapping.
    [[nodiscard]] std::string scalar(const YAML::Node& node, std::string_view key) const;

private:
    [[nodiscard]] std::size_t index_of(
        const std::string& value,
        std::string_view key,
        const std::vector<std::string_view>& spellings) const;

    YAML::Node node_;
    std::filesystem::path path_;
};

} // namespace bootproof
