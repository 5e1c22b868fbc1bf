// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/progress_lines.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace bootproof {

std::vector<std::string> ProgressLines::tell(
    std::chrono::microseconds since_start, const std::map<std::string, std::string>& fields) {
    constexpr std::chrono::seconds interval(10);
    const auto seconds = std::chrono::duration<double>(since_start).count();
    std::vector<std::string> lines;
    for (const auto& [key, label] :
         {std::pair("STATUS", ""), std::pair("X_SYSTEMD_UNIT_ACTIVE", "reached ")}) {
        const auto found = fields.find(key);
        if (found == fields.end())
            continue;
        const auto text = label + one_line(found->second);
        // "Job example.service/start running (12s / no limit)..."
        auto without_time = text.substr(0, text.find(" ("));
        if (without_time == last_ && since_start - last_told_ < interval)
            continue;
        last_ = std::move(without_time);
        last_told_ = since_start;
        lines.push_back(fmt::format("{:6.1f} s  {}", seconds, text));
    }
    return lines;
}

} // namespace bootproof
