// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/host_report.hpp"

#include "base/printable.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bootproof {

namespace {

struct Word {
    std::string_view text;
    /// Parameter of SGR
    std::string_view colour;
};

Word word_of(HostCheck::Result result) {
    switch (result) {
    case HostCheck::Result::good:
        return {.text = "good", .colour = "32"};
    case HostCheck::Result::lacking:
        return {.text = "lacking", .colour = "33"};
    case HostCheck::Result::broken:
        return {.text = "broken", .colour = "31"};
    }
    throw std::logic_error("Unknown result");
}

} // namespace

std::string host_report(const std::vector<HostCheck>& checks, bool colour) {
    std::string text;
    for (const auto& check : checks) {
        const auto [word, sgr] = word_of(check.result);
        text += fmt::format(
            "{:<17} {} {}\n",
            check.subject,
            paint(fmt::format("{:<8}", word), sgr, colour),
            printable_line(check.text));
        if (check.result != HostCheck::Result::good && !check.remedy.empty())
            text += fmt::format("{:<17} {:<8} → {}\n", "", "", printable_line(check.remedy));
    }
    return text;
}

std::string host_report_json(const std::vector<HostCheck>& checks) {
    using Json = nlohmann::ordered_json;
    auto json = Json::array();
    for (const auto& check : checks)
        json.push_back(
            {{"subject", check.subject},
             {"result", word_of(check.result).text},
             {"text", check.text},
             {"remedy", check.result == HostCheck::Result::good ? "" : check.remedy}});
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace bootproof
