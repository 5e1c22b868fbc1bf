// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/firmware.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bootproof {

namespace {

bool contains(const nlohmann::json& list, std::string_view word) {
    return std::ranges::any_of(list, [&](const auto& item) { return item == word; });
}

} // namespace

std::optional<FirmwareImage>
parse_firmware(std::string_view json, const std::filesystem::path& path) {
    try {
        const auto document = nlohmann::json::parse(json);
        const auto& mapping = document.at("mapping");
        if (!contains(document.at("interface-types"), "uefi") || mapping.at("device") != "flash"
            || !mapping.contains("nvram-template"))
            return std::nullopt;
        const auto& features = document.at("features");
        const auto& target = document.at("targets").at(0);
        return FirmwareImage{
            .code = mapping.at("executable").at("filename").get<std::string>(),
            .variables_template = mapping.at("nvram-template").at("filename").get<std::string>(),
            .format = mapping.at("executable").at("format").get<std::string>(),
            .machines = target.at("machines").get<std::vector<std::string>>(),
            .architecture = target.at("architecture").get<std::string>(),
            .secure_boot = contains(features, "secure-boot"),
            .requires_smm = contains(features, "requires-smm"),
            .enrolled_keys = contains(features, "enrolled-keys"),
        };
    } catch (const nlohmann::json::exception& exception) {
        throw Error(
            fmt::format("{}: Not a firmware descriptor: {}", path.string(), exception.what()));
    }
}

std::optional<FirmwareImage> choose_firmware(
    const std::vector<FirmwareImage>& images, std::string_view architecture, FirmwareKeys keys) {
    const std::string_view machine = architecture == "x86_64" ? "q35" : "virt";
    const auto fits = [&](const FirmwareImage& image) {
        return image.architecture == architecture
               && std::ranges::any_of(image.machines, [&](const std::string& glob) {
                      return glob.find(machine) != std::string::npos;
                  });
    };
    const auto first = [&](auto&& wanted) -> std::optional<FirmwareImage> {
        const auto found = std::ranges::find_if(
            images, [&](const auto& image) { return fits(image) && wanted(image); });
        return found == images.end() ? std::nullopt : std::optional(*found);
    };
    switch (keys) {
    case FirmwareKeys::enrolled:
        return first([](const auto& image) { return image.secure_boot && image.enrolled_keys; });
    case FirmwareKeys::brought:
        if (auto empty =
                first([](const auto& image) { return image.secure_boot && !image.enrolled_keys; }))
            return empty;
        return first([](const auto& image) { return image.secure_boot; });
    case FirmwareKeys::none:
        break;
    }
    if (auto plain = first([](const auto& image) { return !image.secure_boot; }))
        return plain;
    return first([](const auto& image) { return !image.enrolled_keys; });
}

Firmware firmware_of_mkosi(Firmware asked, const ImageManifest& image) {
    return asked == Firmware::automatic && !image.firmware_variables.empty()
               ? Firmware::uefi_secure_boot
               : asked;
}

} // namespace bootproof
