// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/yaml_section.hpp"

#include "base/nearest.hpp"
#include "base/printable.hpp"

#include <yaml-cpp/eventhandler.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <utility>

namespace bootproof {

namespace {

/// Keys and values are quoted in messages, and may have anything in them.
std::string message_line(const std::string& message) {
    constexpr std::size_t limit = 1000;
    return one_line(message, limit);
}

/// Learns where a document starts, and of nothing in it.
class DocumentStart : public YAML::EventHandler {
public:
    [[nodiscard]] const YAML::Mark& mark() const { return mark_; }

    void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}

    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}

    void
    OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}

    void OnSequenceStart(
        const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    }

    void OnSequenceEnd() override {}

    void OnMapStart(
        const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    }

    void OnMapEnd() override {}

private:
    YAML::Mark mark_;
};

/// YAML::Load() leaves what comes after the first document unread, and YAML::LoadAll() does not end
/// for some of it.
void refuse_second_document(const std::string& text, const std::filesystem::path& path) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    DocumentStart start;
    if (parser.HandleNextDocument(start) && parser.HandleNextDocument(start))
        throw Error(
            fmt::format("{}: Only one document may be in the file", location(path, start.mark())));
}

} // namespace

std::string location(const std::filesystem::path& path, const YAML::Mark& mark) {
    // A node that stands for nothing has the mark -1.
    return fmt::format(
        "{}:{}:{}", path.string(), std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1);
}

YAML::Node parse_yaml(std::string_view text, const std::filesystem::path& path) {
    try {
        refuse_second_document(std::string(text), path);
        return YAML::Load(std::string(text));
    } catch (const YAML::Exception& exception) {
        throw Error(fmt::format(
            "{}: Not valid YAML: {}", location(path, exception.mark), message_line(exception.msg)));
    }
}

YamlSection::YamlSection(
    const YAML::Node& node, std::filesystem::path path, std::vector<std::string_view> known)
    : node_(node)
    , path_(std::move(path)) {
    if (!node.IsMap())
        throw error(node, "Expected a mapping of keys to values");
    std::set<std::string> seen;
    for (const auto& entry : node) {
        const auto key = scalar(entry.first, "a key");
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw error(
                entry.first, fmt::format("Unknown key '{}'", key), did_you_mean(key, known));
        if (!seen.insert(key).second)
            throw error(entry.first, fmt::format("Key '{}' is given twice", key));
    }
}

std::optional<YAML::Node> YamlSection::find(std::string_view key) const {
    for (const auto& entry : node_)
        if (entry.first.Scalar() == key)
            return entry.second;
    return std::nullopt;
}

YAML::Node YamlSection::get(std::string_view key) const {
    if (auto node = find(key))
        return *node;
    throw error(node_, fmt::format("Key '{}' is missing", key));
}

std::optional<std::string> YamlSection::text(std::string_view key) const {
    const auto node = find(key);
    return node ? std::optional(scalar(*node, key)) : std::nullopt;
}

std::optional<bool> YamlSection::boolean(std::string_view key) const {
    const auto value = text(key);
    if (!value)
        return std::nullopt;
    if (*value == "true" || *value == "yes")
        return true;
    if (*value == "false" || *value == "no")
        return false;
    throw error(get(key), fmt::format("'{}' is '{}', but must be true or false", key, *value));
}

std::optional<std::int64_t>
YamlSection::number(std::string_view key, std::int64_t least, std::int64_t most) const {
    const auto value = text(key);
    if (!value)
        return std::nullopt;
    std::int64_t result = 0;
    const auto* end = value->data() + value->size();
    const auto [stopped, code] = std::from_chars(value->data(), end, result);
    if (code != std::errc() || stopped != end)
        throw error(get(key), fmt::format("'{}' is '{}', but must be a whole number", key, *value));
    if (result < least || result > most)
        throw error(
            get(key),
            fmt::format("'{}' is {}, but must be from {} to {}", key, result, least, most));
    return result;
}

std::vector<YAML::Node> YamlSection::items(std::string_view key) const {
    const auto node = find(key);
    if (!node)
        return {};
    if (!node->IsSequence())
        throw error(*node, fmt::format("'{}' must be a list", key));
    return {node->begin(), node->end()};
}

std::vector<std::string> YamlSection::texts(std::string_view key) const {
    std::vector<std::string> result;
    for (const auto& item : items(key))
        result.push_back(scalar(item, key));
    return result;
}

std::map<std::string, std::string> YamlSection::text_map(std::string_view key) const {
    std::map<std::string, std::string> result;
    const auto node = find(key);
    if (!node)
        return result;
    if (!node->IsMap())
        throw error(*node, fmt::format("'{}' must be a mapping", key));
    for (const auto& entry : *node)
        if (!result.emplace(scalar(entry.first, key), scalar(entry.second, key)).second)
            throw error(
                entry.first,
                fmt::format("Key '{}' is given twice in '{}'", entry.first.Scalar(), key));
    return result;
}

std::optional<std::size_t>
YamlSection::choice(std::string_view key, const std::vector<std::string_view>& spellings) const {
    const auto value = text(key);
    return value ? std::optional(index_of(*value, key, spellings)) : std::nullopt;
}

std::vector<std::size_t>
YamlSection::choices(std::string_view key, const std::vector<std::string_view>& spellings) const {
    std::vector<std::size_t> indices;
    for (const auto& value : texts(key))
        indices.push_back(index_of(value, key, spellings));
    return indices;
}

std::size_t YamlSection::index_of(
    const std::string& value,
    std::string_view key,
    const std::vector<std::string_view>& spellings) const {
    const auto found = std::ranges::find(spellings, value);
    if (found == spellings.end())
        throw error(
            get(key), fmt::format("Unknown {} '{}'", key, value), did_you_mean(value, spellings));
    return static_cast<std::size_t>(found - spellings.begin());
}

Error YamlSection::error(const YAML::Node& at, const std::string& message, std::string hint) const {
    return Error(
        fmt::format("{}: {}", location(path_, at.Mark()), message_line(message)), std::move(hint));
}

std::string YamlSection::where(std::string_view key) const {
    return location(path_, find(key).value_or(node_).Mark());
}

std::string YamlSection::scalar(const YAML::Node& node, std::string_view key) const {
    if (!node.IsScalar())
        throw error(
            node, fmt::format("'{}' must be a plain value, not a list, mapping or null", key));
    return node.Scalar();
}

} // namespace bootproof
