// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/parsing.hpp"

#include "base/fault.hpp"

using namespace std::string_literals;

namespace bootproof {

namespace {

std::string read_sample(const std::filesystem::path& path) {
    if (path == "file")
        return "content\0"s;
    throw Error("Failed to open '" + path.string() + "': No such file or directory", "Make it");
}

} // namespace

TestDescriptor parse(const std::string& lines) {
    return parse_descriptor(
        "name: TEST-01-BASIC\nimage: image.json\n" + lines, "a.yaml", read_sample);
}

std::string parse_fault(const std::string& lines) {
    return fault_of([&] { parse(lines); });
}

std::string whole_fault(const std::string& yaml) {
    return fault_of([&] { parse_descriptor(yaml, "a.yaml", read_sample); });
}

} // namespace bootproof
