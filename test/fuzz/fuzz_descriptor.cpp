// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text is a descriptor, or a fault of one line that begins with its place.
#include "base/error.hpp"
#include "descriptor/parse_descriptor.hpp"

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

bool skip_number(std::string_view& text) {
    const auto begin = text;
    while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    if (text.size() == begin.size() || begin.front() == '0' || !text.starts_with(':'))
        return false;
    text.remove_prefix(1);
    return true;
}

bool is_placed(std::string_view message) {
    constexpr std::string_view file = "a.yaml:";
    if (!message.starts_with(file) || message.find('\n') != std::string_view::npos)
        return false;
    message.remove_prefix(file.size());
    return skip_number(message) && skip_number(message) && message.starts_with(' ');
}

} // namespace

// libFuzzer finds it by its name. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    try {
        bootproof::parse_descriptor(
            text, "a.yaml", [](const std::filesystem::path& path) { return path.string(); });
    } catch (const bootproof::Error& error) {
        if (!is_placed(error.what()))
            std::abort();
    }
    return 0;
}
