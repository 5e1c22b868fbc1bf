// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/probe_mkosi.hpp"

#include "base/error.hpp"
#include "base/printable.hpp"
#include "launch/facts.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"
#include "sys/run_program.hpp"

#include <fmt/format.h>

namespace bootproof {

namespace {

constexpr int oldest_version = 24;

std::string fault_of(const MkosiHost& mkosi, std::string_view output) {
    if (mkosi.version >= oldest_version)
        return {};
    return fmt::format(
        "'{}' is too old, or does not say its version: {}",
        mkosi.program.string(),
        one_line(output));
}

} // namespace

MkosiHost probe_mkosi(const RunOptions& options) {
    MkosiHost mkosi{
        .program = find_program("mkosi", options.directories.search_path),
        .version = 0,
        .fault = {}};
    const auto stamp = file_stamp(mkosi.program);
    if (mkosi.program.empty() || !stamp) {
        mkosi.fault = "'mkosi' was not found in $PATH";
        return mkosi;
    }
    try {
        const auto facts = cached_facts(
            options.directories.cache / "facts-mkosi", program_key(mkosi.program, *stamp), [&] {
                return Facts{
                    {"version", one_line(read_output({mkosi.program.string(), "--version"}))}};
            });
        const auto output = facts.find("version");
        const auto text = output == facts.end() ? std::string() : output->second;
        // "mkosi 24.3"
        mkosi.version = first_number(text);
        mkosi.fault = fault_of(mkosi, text);
    } catch (const Error& error) {
        mkosi.fault = error.what();
    }
    return mkosi;
}

} // namespace bootproof
