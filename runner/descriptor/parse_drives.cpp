// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/parse_drives.hpp"

#include "descriptor/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bootproof {

namespace {

Drive parse_drive(const YAML::Node& node, const std::filesystem::path& path) {
    const YamlSection section(node, path, {"id", "size", "file", "format", "same-as", "options"});
    Drive drive{.id = section.scalar(section.get("id"), "id")};
    // qapi's id_wellformed()
    if (drive.id.empty() || !consists_of(drive.id, "-._") || !consists_of(drive.id.substr(0, 1), "")
        || (drive.id.front() >= '0' && drive.id.front() <= '9'))
        throw section.error(
            node,
            fmt::format("'{}' cannot be the id of a drive", drive.id),
            "A letter first, then letters, digits, '-', '.' and '_'");
    drive.bytes = parse_size(section, "size");
    drive.file = section.text("file").value_or("");
    drive.same_as = section.text("same-as").value_or("");
    drive.options = section.text("options").value_or("");
    for (const auto* key : {"file", "options"})
        refuse_nul(section, key, section.text(key).value_or(""));
    if (const auto choice = section.choice("format", {"raw", "qcow2"}))
        drive.format = *choice == 0 ? "raw" : "qcow2";
    const int origins =
        (drive.bytes > 0 ? 1 : 0) + (drive.file.empty() ? 0 : 1) + (drive.same_as.empty() ? 0 : 1);
    if (origins != 1)
        throw section.error(
            node, fmt::format("Drive '{}' needs one of size, file and same-as", drive.id));
    return drive;
}

} // namespace

std::vector<Drive> parse_drives(const YamlSection& section, const std::filesystem::path& path) {
    std::vector<Drive> drives;
    for (const auto& item : section.items("drives")) {
        auto drive = parse_drive(item, path);
        if (std::ranges::find(drives, drive.id, &Drive::id) != drives.end())
            throw section.error(item, fmt::format("Drive '{}' is given twice", drive.id));
        const auto original = std::ranges::find(drives, drive.same_as, &Drive::id);
        if (!drive.same_as.empty() && (original == drives.end() || original->bytes == 0))
            throw section.error(
                item,
                fmt::format("Drive '{}' is 'same-as' '{}'", drive.id, drive.same_as),
                "It must be an earlier drive that has a 'size'");
        drives.push_back(std::move(drive));
    }
    return drives;
}

} // namespace bootproof
