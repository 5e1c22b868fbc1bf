// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/machines_table.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bootproof {

namespace {

using namespace std::chrono_literals;

/// The two largest units at most: "3 d 4 h", "12 min 5 s", "40 s".
std::string in_words(std::chrono::seconds duration) {
    const bool negative = duration < 0s;
    const auto seconds = negative ? -duration.count() : duration.count();
    constexpr auto minute = 60;
    constexpr auto hour = 60 * minute;
    constexpr auto day = 24 * hour;
    std::string text;
    if (seconds >= day)
        text = fmt::format("{} d {} h", seconds / day, seconds % day / hour);
    else if (seconds >= hour)
        text = fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
    else if (seconds >= minute)
        text = fmt::format("{} min {} s", seconds / minute, seconds % minute);
    else
        text = fmt::format("{} s", seconds);
    return negative ? "-" + text : text;
}

template <typename Duration>
std::chrono::seconds seconds(Duration duration) {
    return std::chrono::round<std::chrono::seconds>(duration);
}

} // namespace

std::string machines_table(
    const std::vector<SavedMachineRecord>& machines, std::chrono::system_clock::time_point now) {
    constexpr std::string_view row = "{:<52} {:>9} {:>12} {:>12} {:>5} {:>7} {:>14}\n";
    auto text = fmt::format(
        fmt::runtime(row), "CLASS", "SIZE", "AGE", "LAST USED", "USES", "BOOT", "TIME SAVED");
    constexpr std::uint64_t mib = 1024 * 1024;
    for (const auto& machine : machines) {
        text += fmt::format(
            fmt::runtime(row),
            printable_line(machine.boot_class),
            fmt::format("{} MiB", machine.bytes / mib),
            in_words(seconds(now - machine.made)),
            in_words(seconds(now - machine.last_used)),
            machine.uses,
            in_words(seconds(machine.boot_time)),
            in_words(seconds(machine.time_saved)));
        if (!machine.tests.empty())
            text += fmt::format("  {}\n", fmt::join(machine.tests, " "));
    }
    return text;
}

} // namespace bootproof
