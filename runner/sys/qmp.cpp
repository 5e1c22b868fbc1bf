// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/qmp.hpp"

#include <nlohmann/json.hpp>

namespace bootproof {

namespace {

constexpr std::size_t message_limit = 1024 * 1024;

} // namespace

void QmpStream::feed(
    std::string_view bytes, const std::function<void(const QmpMessage&)>& on_event) {
    pending_ += bytes;
    std::size_t begin = 0;
    for (auto end = pending_.find('\n'); end != std::string::npos;
         end = pending_.find('\n', begin)) {
        const auto line = std::string_view(pending_).substr(begin, end - begin);
        begin = end + 1;
        const auto message = nlohmann::json::parse(line, nullptr, false);
        if (!message.is_object() || !message.contains("event") || !message["event"].is_string())
            continue;
        QmpMessage event{.event = message["event"].get<std::string>(), .reason = {}};
        const nlohmann::json::json_pointer reason("/data/reason");
        if (message.contains(reason) && message[reason].is_string())
            event.reason = message[reason].get<std::string>();
        on_event(event);
    }
    pending_.erase(0, begin);
    if (pending_.size() > message_limit)
        pending_.clear();
}

} // namespace bootproof
