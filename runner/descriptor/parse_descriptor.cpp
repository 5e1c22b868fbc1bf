// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/parse_descriptor.hpp"

#include "base/printable.hpp"
#include "descriptor/parse_credentials.hpp"
#include "descriptor/parse_drives.hpp"
#include "descriptor/values.hpp"
#include "descriptor/yaml_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace bootproof {

namespace {

std::string parse_name(const YamlSection& section) {
    const auto node = section.get("name");
    auto name = section.scalar(node, "name");
    // It becomes a unit, a file and a machine name; systemd.unit(5) allows 255 with the suffix.
    if (name.empty() || name.size() > 200 || !consists_of(name, "-_.")
        || !consists_of(name.substr(0, 1), ""))
        throw section.error(
            node,
            fmt::format("'{}' cannot be the name of a test", name),
            "Letters, digits, '-', '_' and '.', a letter or digit first, at most 200 of them");
    return name;
}

std::string parse_unit(const YamlSection& section, const std::string& name) {
    auto unit = section.text("unit").value_or(name + ".service");
    if (!unit.ends_with(".service") || unit.size() > 255 || !consists_of(unit, ":-_.\\@"))
        throw section.error(
            section.get("unit"), fmt::format("'{}' is not the name of a service", unit));
    return unit;
}

std::uint64_t parse_memory(const YamlSection& section) {
    const auto value = section.text("memory").value_or("2G");
    std::smatch match;
    if (!std::regex_match(value, match, std::regex("([1-9][0-9]{0,6})([MG]?)")))
        throw section.error(
            section.get("memory"),
            fmt::format("'memory' is '{}', which is not an amount of memory", value),
            "Write 512M or 2G; without a letter it is MiB");
    const auto mib = std::stoull(match[1]) * (match[2] == "G" ? 1024 : 1);
    if (mib < 128)
        throw section.error(
            section.get("memory"),
            fmt::format("'memory' is {} MiB, but must be at least 128M", mib));
    return mib;
}

std::string parse_regex(const YamlSection& section, std::string_view key) {
    auto pattern = section.text(key).value_or("");
    // std::regex descends into groups by recursion.
    constexpr std::size_t limit = 1000;
    if (pattern.size() > limit)
        throw section.error(
            section.get(key),
            fmt::format(
                "'{}' has {} characters, but may have at most {}", key, pattern.size(), limit));
    try {
        const std::regex valid(pattern);
    } catch (const std::regex_error& error) {
        throw section.error(
            section.get(key),
            fmt::format("'{}' is not a regular expression: {}", key, error.what()));
    }
    return pattern;
}

std::map<std::string, std::string>
parse_directives(const YamlSection& section, std::string_view key) {
    auto directives = section.text_map(key);
    for (const auto& [name, value] : directives) {
        if (name.empty() || !consists_of(name, "-"))
            throw section.error(
                section.get(key),
                fmt::format("'{}' in '{}' is not a setting of a unit", name, key));
        // systemd ends a line at each of these, and goes on with the next one after a backslash.
        if (value.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos
            || value.ends_with('\\'))
            throw section.error(
                section.get(key),
                fmt::format(
                    "The value of '{}' in '{}' has a newline or NUL byte in it, or a backslash "
                    "last",
                    name,
                    key));
    }
    return directives;
}

SourcePlace parse_source(const YamlSection& section) {
    const auto text = section.text("source").value_or("");
    const auto place = parse_place(text);
    if (!place && !text.empty())
        throw section.error(
            section.get("source"),
            fmt::format(
                "'source' is '{}', but must be FILE or FILE:LINE, from the root of the project",
                printable_line(text)),
            "As in 'test/meson.build:12'");
    return place.value_or(SourcePlace());
}

std::vector<std::string> parse_units(const YamlSection& section, std::string_view key) {
    auto units = parse_words(section, key);
    for (const auto& unit : units)
        if (unit.empty() || unit.size() > 255 || !consists_of(unit, ":-_.\\@%"))
            throw section.error(
                section.get(key), fmt::format("'{}' in '{}' is not the name of a unit", unit, key));
    return units;
}

std::map<std::string, std::string> parse_environment(const YamlSection& section) {
    auto environment = section.text_map("environment");
    for (const auto& [name, value] : environment) {
        if (name.empty() || !consists_of(name, "_") || (name.front() >= '0' && name.front() <= '9'))
            throw section.error(
                section.get("environment"),
                fmt::format("'{}' is not the name of an environment variable", name));
        refuse_nul(section, "environment", value);
    }
    return environment;
}

UnitConfiguration parse_configuration(const YAML::Node& node, const std::filesystem::path& path) {
    const YamlSection section(
        node,
        path,
        {"command", "wants", "after", "environment", "unit", "service", "memory-accounting"});
    UnitConfiguration configuration{
        .command = section.text("command"),
        .wants = parse_units(section, "wants"),
        .after = parse_units(section, "after"),
        .environment = parse_environment(section),
        .unit = parse_directives(section, "unit"),
        .service = parse_directives(section, "service"),
        .memory_accounting = section.boolean("memory-accounting").value_or(false),
    };
    if (configuration.command)
        refuse_nul(section, "command", *configuration.command);
    return configuration;
}

ExpectedCoredump
parse_expected_coredump(const YAML::Node& node, const std::filesystem::path& path) {
    const YamlSection section(node, path, {"executable", "signal", "unit", "count"});
    ExpectedCoredump expected{
        .executable = parse_regex(section, "executable"),
        .signal = section.text("signal").value_or(""),
        .unit = section.text("unit").value_or(""),
        .count = static_cast<unsigned>(section.number("count", 1, 10'000).value_or(1)),
    };
    if (expected.executable.empty() && expected.signal.empty() && expected.unit.empty())
        throw section.error(node, "An expected core dump needs one of executable, signal and unit");
    if (!expected.signal.empty() && !expected.signal.starts_with("SIG"))
        throw section.error(
            section.get("signal"),
            fmt::format("'{}' is not the name of a signal", expected.signal),
            "Write SIGSEGV or SIGABRT");
    return expected;
}

std::vector<ExpectedCoredump>
parse_expected_coredumps(const YamlSection& section, const std::filesystem::path& path) {
    std::vector<ExpectedCoredump> expected;
    for (const auto& item : section.items("coredumps"))
        expected.push_back(parse_expected_coredump(item, path));
    return expected;
}

} // namespace

TestDescriptor parse_descriptor(
    std::string_view yaml, const std::filesystem::path& path, const FileReader& read_file) {
    const YamlSection section(
        parse_yaml(yaml, path),
        path,
        {"name",
         "unit",
         "image",
         "source",
         "enabled",
         "slow",
         "vm",
         "suppress-sync",
         "needs",
         "firmware",
         "root",
         "storage",
         "shutdown",
         "timeout",
         "memory",
         "cpus",
         "rtc",
         "exit-code",
         "reboots",
         "boot",
         "boot-wants",
         "cmdline",
         "credentials",
         "fw-cfg-credentials",
         "configuration",
         "configure",
         "firmware-variables",
         "drives",
         "devices",
         "tpm",
         "disk-size",
         "qemu-args",
         "coredumps",
         "coredump-exclude-regex",
         "sanitizer-exclude-regex"});
    TestDescriptor test;
    test.name = parse_name(section);
    test.unit = parse_unit(section, test.name);
    const auto image = section.scalar(section.get("image"), "image");
    refuse_nul(section, "image", image);
    test.image = image;
    test.source = parse_source(section);
    test.enabled = section.boolean("enabled").value_or(test.enabled);
    test.slow = section.boolean("slow").value_or(test.slow);
    test.vm = section.boolean("vm").value_or(test.vm);
    test.suppress_sync = section.boolean("suppress-sync").value_or(test.suppress_sync);
    for (const auto choice : section.choices(
             "needs", {"cgroup-controllers", "coredumps", "kernel-modules", "resource-limits"}))
        test.needs.push_back(static_cast<Need>(choice));
    if (const auto choice = section.choice(
            "firmware", {"auto", "uefi", "uefi-secure-boot", "linux", "linux-noinitrd"}))
        test.firmware = static_cast<Firmware>(*choice);
    if (const auto choice = section.choice("root", {"auto", "disk", "directory"}))
        test.root = static_cast<Root>(*choice);
    if (const auto choice = section.choice("storage", {"volatile", "persistent"}))
        test.storage = static_cast<Storage>(*choice);
    if (const auto choice = section.choice("shutdown", {"auto", "full", "fast"}))
        test.shutdown = static_cast<Shutdown>(*choice);
    if (const auto choice = section.choice("boot", {"own", "fork", "auto"}))
        test.boot = static_cast<Boot>(*choice);
    test.boot_wants = parse_units(section, "boot-wants");
    test.timeout = std::chrono::seconds(
        section.number("timeout", 1, 7 * 24 * 3600).value_or(test.timeout.count()));
    test.memory_mib = parse_memory(section);
    test.cpus = static_cast<unsigned>(section.number("cpus", 1, 255).value_or(test.cpus));
    test.rtc = section.boolean("rtc").value_or(test.rtc);
    test.exit_code = static_cast<int>(section.number("exit-code", 1, 255).value_or(test.exit_code));
    test.reboots = static_cast<unsigned>(section.number("reboots", 0, 1000).value_or(test.reboots));
    test.cmdline = parse_words(section, "cmdline");
    test.credentials = parse_credentials(section, "credentials", path, read_file);
    test.fw_cfg_credentials = parse_credentials(section, "fw-cfg-credentials", path, read_file);
    if (const auto node = section.find("configuration"))
        test.configuration = parse_configuration(*node, path);
    test.drives = parse_drives(section, path);
    test.devices = parse_words(section, "devices");
    test.tpm = section.boolean("tpm").value_or(test.tpm);
    test.disk_bytes = parse_size(section, "disk-size");
    test.qemu_args = parse_words(section, "qemu-args");
    test.configure = parse_words(section, "configure");
    const auto variables = section.text("firmware-variables").value_or("");
    refuse_nul(section, "firmware-variables", variables);
    test.firmware_variables = variables;
    test.expected_coredumps = parse_expected_coredumps(section, path);
    test.coredump_exclude_regex = parse_regex(section, "coredump-exclude-regex");
    test.sanitizer_exclude_regex = parse_regex(section, "sanitizer-exclude-regex");
    for (const auto* key :
         {"name",
          "firmware",
          "root",
          "disk-size",
          "boot",
          "cmdline",
          "credentials",
          "fw-cfg-credentials",
          "configure",
          "firmware-variables",
          "drives",
          "devices",
          "tpm",
          "qemu-args"})
        test.locations.emplace(key, section.where(key));
    return test;
}

} // namespace bootproof
