// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sys/qmp.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace bootproof {

namespace {

constexpr std::size_t message_limit = 1024 * 1024;

/// Empty where there is none.
std::string text_at(const nlohmann::json& message, const char* pointer) {
    const nlohmann::json::json_pointer at(pointer);
    return message.contains(at) && message[at].is_string() ? message[at].get<std::string>()
                                                           : std::string();
}

std::string reason_of(const nlohmann::json& message) {
    auto reason = text_at(message, "/data/reason");
    return reason.empty() ? text_at(message, "/data/status") : reason;
}

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
        if (!message.is_object())
            continue;
        if (message.contains("error"))
            on_event({.event = "QMP_ERROR", .reason = text_at(message, "/error/desc")});
        else if (auto text = text_at(message, "/return"); !text.empty())
            on_event({.event = "QMP_TEXT", .reason = std::move(text)});
        else if (const auto event = text_at(message, "/event"); !event.empty())
            on_event({.event = event, .reason = reason_of(message)});
    }
    pending_.erase(0, begin);
    if (pending_.size() > message_limit)
        pending_.clear();
}

} // namespace bootproof
