// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "sys/file.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace bootproof {

/// What was found out about the host by trying, name and value.
using Facts = std::map<std::string, std::string>;

/// A key for what was tried with a program on this kernel: another binary or kernel may behave
/// otherwise.
std::string program_key(const std::filesystem::path& program, const FileStamp& stamp);

/// Lines of NAME=VALUE; a value has no newline. Empty where there is no such file.
Facts read_facts(const std::filesystem::path& path);

/// The fact as a number; 0 where it is none, or not there.
std::int64_t fact_number(const Facts& facts, const std::string& name);

/// Replaces the file at once.
void write_facts(const std::filesystem::path& path, const Facts& facts);

/// The facts that the file has, if they were found under the same key; otherwise probes and keeps
/// what comes out. One runner probes, others wait for it. 'key' names all that the facts depend on.
/// No facts at all are not kept. What 'probe' throws is passed on.
Facts cached_facts(
    const std::filesystem::path& path, const std::string& key, const std::function<Facts()>& probe);

} // namespace bootproof
