// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/facts.hpp"

#include "base/error.hpp"
#include "launch/log.hpp"
#include "sys/host.hpp"
#include "sys/lock.hpp"

#include <fmt/format.h>

#include <charconv>

namespace bootproof {

namespace {

/// Nothing where they were found under another key.
Facts facts_under(const std::filesystem::path& path, const std::string& key) {
    auto facts = read_facts(path);
    return facts["key"] == key ? facts : Facts();
}

} // namespace

Facts read_facts(const std::filesystem::path& path) {
    Facts facts;
    std::string text;
    try {
        text = read_file(path, 65536);
    } catch (const Error&) {
        return facts;
    }
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        const auto line = text.substr(begin, end - begin);
        if (const auto equals = line.find('='); equals != std::string::npos)
            facts[line.substr(0, equals)] = line.substr(equals + 1);
        begin = end + 1;
    }
    return facts;
}

void write_facts(const std::filesystem::path& path, const Facts& facts) {
    std::string text;
    for (const auto& [name, value] : facts)
        text += fmt::format("{}={}\n", name, value);
    replace_file(path, text);
}

std::int64_t fact_number(const Facts& facts, const std::string& name) {
    std::int64_t value = 0;
    if (const auto found = facts.find(name); found != facts.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
}

std::string program_key(const std::filesystem::path& program, const FileStamp& stamp) {
    return fmt::format(
        "{} {} {} {}", program.string(), stamp.size, stamp.modified, host_identity());
}

Facts cached_facts(
    const std::filesystem::path& path,
    const std::string& key,
    const std::function<Facts()>& probe) {
    if (auto facts = facts_under(path, key); !facts.empty())
        return facts;
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    try {
        const auto lock = lock_file(path.string() + ".lock");
        if (auto facts = facts_under(path, key); !facts.empty())
            return facts;
        auto facts = probe();
        if (!facts.empty()) {
            facts["key"] = key;
            write_facts(path, facts);
        }
        return facts;
    } catch (const Error& error) {
        log_warning(fmt::format("{}, ignoring", error.what()));
        return probe();
    }
}

} // namespace bootproof
