// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/notify_message.hpp"

#include <utility>

namespace bootproof {

std::map<std::string, std::string> parse_notify_message(std::string_view datagram) {
    std::map<std::string, std::string> fields;
    while (!datagram.empty()) {
        const auto line = datagram.substr(0, datagram.find('\n'));
        datagram.remove_prefix(std::min(line.size() + 1, datagram.size()));
        if (const auto equals = line.find('='); equals != std::string_view::npos && equals != 0)
            fields.insert_or_assign(
                std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
    }
    return fields;
}

std::vector<std::string> NotifyStream::feed(std::string_view bytes) {
    std::vector<std::string> datagrams;
    while (!bytes.empty()) {
        const auto end = bytes.find('\0');
        append(bytes.substr(0, end));
        if (end == std::string_view::npos)
            break;
        bytes.remove_prefix(end + 1);
        if (auto datagram = finish(); !datagram.empty())
            datagrams.push_back(std::move(datagram));
    }
    return datagrams;
}

std::string NotifyStream::finish() {
    if (std::exchange(oversized_, false))
        ++dropped_;
    return std::exchange(pending_, {});
}

void NotifyStream::append(std::string_view bytes) {
    if (pending_.size() + bytes.size() > notify_message_limit) {
        oversized_ = true;
        pending_.clear();
    }
    if (!oversized_)
        pending_ += bytes;
}

} // namespace bootproof
