// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/wrapper_arguments.hpp"

#include "base/error.hpp"
#include "base/shell_split.hpp"
#include "descriptor/yaml_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

namespace bootproof {

namespace {

using Emitter = YAML::Emitter;

/// What the options of mkosi say, in the words of a descriptor.
struct Translation {
    std::vector<std::string> cmdline;
    std::vector<std::string> credentials;
    std::vector<std::string> devices;
    std::vector<std::string> qemu_args;
    std::vector<std::vector<std::string>> drives;
    std::map<std::string, std::string> keys;
};

/// Options that say what is so anyway, with the values that do.
constexpr auto settled = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"--ephemeral", "yes"},
    {"--register", "no"},
    {"--runtime-build-sources", "no"},
    {"--runtime-home", "no"},
    {"--runtime-network", "none"},
});

const std::map<std::string_view, std::string_view>& renamed() {
    static const std::map<std::string_view, std::string_view> keys{
        {"--cpus", "cpus"},
        {"--firmware", "firmware"},
        {"--ram", "memory"},
        {"--runtime-size", "disk-size"},
        {"--tpm", "tpm"},
        {"--vm-firmware", "firmware"},
    };
    return keys;
}

/// mkosi's ID:SIZE[:DIRECTORY[:OPTIONS[:FILE-ID[:FLAGS]]]].
std::vector<std::string> drive_fields(const std::string& value) {
    std::vector<std::string> fields;
    std::istringstream text(value);
    for (std::string field; std::getline(text, field, ':');)
        fields.push_back(field);
    if (fields.size() < 2 || fields.size() > 6)
        throw Error(
            fmt::format("'--drive={}' is not ID:SIZE[:DIRECTORY[:OPTIONS[:FILE-ID]]]", value));
    fields.resize(6);
    if (!fields[5].empty())
        throw Error(fmt::format("The flags of '--drive={}' have no translation", value));
    return fields;
}

void take_qemu_args(const std::string& value, Translation& translation) {
    const auto words = shell_split(value);
    // A device of a drive that only QEMU knows of is nothing to check.
    const bool is_opaque = std::ranges::any_of(
        words, [](const auto& word) { return word == "-drive" || word == "-blockdev"; });
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == "-device" && i + 1 < words.size() && !is_opaque)
            translation.devices.push_back(words[++i]);
        else
            translation.qemu_args.push_back(words[i]);
}

void take_option(const std::string& name, const std::string& value, Translation& translation) {
    if (name == "--kernel-command-line-extra")
        for (auto& word : shell_split(value))
            translation.cmdline.push_back(std::move(word));
    else if (name == "--credential")
        for (auto& word : shell_split(value))
            translation.credentials.push_back(std::move(word));
    else if (name == "--qemu-args")
        take_qemu_args(value, translation);
    else if (name == "--drive")
        translation.drives.push_back(drive_fields(value));
    else if (const auto key = renamed().find(name); key != renamed().end())
        translation.keys.insert_or_assign(std::string(key->second), value);
    else if (
        std::ranges::find(settled, std::pair<std::string_view, std::string_view>(name, value))
        == settled.end())
        throw Error(
            fmt::format("mkosi's option '{}={}' has no translation", name, value),
            "bootproof wrapper --help lists those that have one");
}

/// mkosi has had one in every machine.
void add_scsi_controller(Translation& translation) {
    bool needed = false;
    for (const auto* words : {&translation.devices, &translation.qemu_args})
        for (const auto& word : *words) {
            if (word.starts_with("virtio-scsi"))
                return;
            needed = needed || word.starts_with("scsi-");
        }
    if (needed)
        translation.devices.insert(translation.devices.begin(), "virtio-scsi-pci");
}

Translation translate_options(const std::vector<std::string>& words) {
    Translation translation;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (!word.starts_with("--"))
            throw Error(fmt::format("'{}' is no option of mkosi", word));
        const auto equals = word.find('=');
        if (equals == std::string::npos && i + 1 == words.size())
            throw Error(fmt::format("mkosi's option '{}' has no value", word));
        const auto value = equals == std::string::npos ? words[++i] : word.substr(equals + 1);
        take_option(word.substr(0, equals), value, translation);
    }
    add_scsi_controller(translation);
    return translation;
}

void emit_list(Emitter& yaml, const char* key, const std::vector<std::string>& words) {
    yaml << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    for (const auto& word : words)
        yaml << YAML::DoubleQuoted << word;
    yaml << YAML::EndSeq;
}

void emit_text(Emitter& yaml, const std::string& key, const std::string& value) {
    yaml << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
}

void emit_flag(Emitter& yaml, const char* key, bool value) {
    yaml << YAML::Key << key << YAML::Value << (value ? "true" : "false");
}

/// NAME=VALUE, or the path of a file that is called like it.
void emit_credentials(Emitter& yaml, const std::vector<std::string>& credentials) {
    yaml << YAML::Key << "credentials" << YAML::Value << YAML::BeginSeq;
    for (const auto& credential : credentials) {
        const auto equals = credential.find('=');
        yaml << YAML::BeginMap;
        if (equals == std::string::npos) {
            emit_text(yaml, "name", std::filesystem::path(credential).filename().string());
            emit_text(yaml, "file", credential);
        } else {
            emit_text(yaml, "name", credential.substr(0, equals));
            emit_text(yaml, "value", credential.substr(equals + 1));
        }
        yaml << YAML::EndMap;
    }
    yaml << YAML::EndSeq;
}

void emit_drives(Emitter& yaml, const std::vector<std::vector<std::string>>& drives) {
    std::map<std::string, std::string> originals;
    yaml << YAML::Key << "drives" << YAML::Value << YAML::BeginSeq;
    for (const auto& drive : drives) {
        const auto& id = drive[0];
        const auto& shared = drive[4];
        const auto original = shared.empty() ? id : originals.emplace(shared, id).first->second;
        yaml << YAML::BeginMap;
        emit_text(yaml, "id", id);
        if (original == id)
            emit_text(yaml, "size", drive[1]);
        else
            emit_text(yaml, "same-as", original);
        if (!drive[3].empty())
            emit_text(yaml, "options", drive[3]);
        yaml << YAML::EndMap;
    }
    yaml << YAML::EndSeq;
}

} // namespace

TestDescriptor translate_wrapper(const WrapperArguments& arguments, const FileReader& read_file) {
    auto words = arguments.mkosi;
    for (auto& word : shell_split(arguments.more_mkosi))
        words.push_back(std::move(word));
    const auto translation = translate_options(words);

    // By way of YAML, so that a value is checked like one that a project declares.
    Emitter yaml;
    yaml << YAML::BeginMap;
    emit_text(yaml, "name", arguments.name);
    emit_text(yaml, "unit", arguments.unit);
    emit_text(yaml, "image", "");
    emit_text(yaml, "storage", arguments.storage);
    emit_text(yaml, "coredump-exclude-regex", arguments.coredump_exclude_regex);
    emit_text(yaml, "sanitizer-exclude-regex", arguments.sanitizer_exclude_regex);
    emit_flag(yaml, "enabled", !arguments.skip);
    emit_flag(yaml, "slow", arguments.slow);
    emit_flag(yaml, "vm", arguments.vm);
    emit_flag(yaml, "rtc", arguments.rtc);
    emit_flag(yaml, "suppress-sync", arguments.suppress_sync);
    emit_text(yaml, "exit-code", std::to_string(arguments.exit_code));
    auto keys = translation.keys;
    keys.emplace("firmware", arguments.firmware);
    keys.emplace("tpm", arguments.tpm ? "true" : "false");
    for (const auto& [key, value] : keys)
        emit_text(yaml, key, value);
    emit_list(yaml, "cmdline", translation.cmdline);
    emit_list(yaml, "devices", translation.devices);
    emit_list(yaml, "qemu-args", translation.qemu_args);
    emit_credentials(yaml, translation.credentials);
    emit_drives(yaml, translation.drives);
    yaml << YAML::EndMap;
    auto test = parse_descriptor(yaml.c_str(), "wrapper", read_file);
    test.any_reboots = true;
    test.host_name = std::string("H");
    test.confidential = !arguments.confidential.empty();
    return test;
}

} // namespace bootproof
