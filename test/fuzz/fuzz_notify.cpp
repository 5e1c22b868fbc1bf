// SPDX-License-Identifier: LGPL-2.1-or-later
// A stream of notify messages gives the same datagrams however it is cut, and each is within the
// limit.
#include "observe/notify_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool condition) {
    if (!condition)
        std::abort();
}

} // namespace

// libFuzzer finds it by its name. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace bootproof;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    NotifyStream whole;
    NotifyStream cut;
    const auto datagrams = whole.feed(text);
    std::vector<std::string> pieces;
    const std::size_t step = size == 0 ? 1 : 1 + bytes[0];
    for (std::size_t at = 0; at < size; at += step)
        for (auto& datagram : cut.feed(text.substr(at, step)))
            pieces.push_back(std::move(datagram));
    require(
        pieces == datagrams && whole.finish() == cut.finish() && whole.dropped() == cut.dropped());
    for (const auto& datagram : datagrams) {
        require(datagram.size() <= notify_message_limit);
        for (const auto& [name, value] : parse_notify_message(datagram))
            require(!name.empty() && (name + value).find('\n') == std::string::npos);
    }
    return 0;
}
