// SPDX-License-Identifier: LGPL-2.1-or-later
#include "observe/crash_stack.hpp"

#include <sstream>

namespace bootproof {

namespace {

constexpr std::size_t most_frames = 10;

} // namespace

std::vector<std::string> crash_stack(std::string_view message) {
    std::istringstream lines{std::string(message)};
    std::string line;
    while (std::getline(lines, line) && !line.starts_with("Stack trace of thread ")) {
    }
    std::vector<std::string> frames;
    while (frames.size() < most_frames && std::getline(lines, line) && line.starts_with('#'))
        frames.push_back(line);
    return frames;
}

} // namespace bootproof
