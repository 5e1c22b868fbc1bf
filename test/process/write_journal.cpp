// SPDX-License-Identifier: LGPL-2.1-or-later
#include "write_journal.hpp"

#include "sys/child_process.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

namespace bootproof {

void write_journal(const std::filesystem::path& text, const std::filesystem::path& journal) {
    const auto input = open_file(text);
    ChildProcess receiver({
        .command =
            {"/usr/lib/systemd/systemd-journal-remote",
             "--output=" + journal.string(),
             "--split-mode=none",
             "-"},
        .environment = {{"SYSTEMD_LOG_LEVEL", "err"}},
        .standard_input = input.get(),
        .descriptors = {},
    });
    REQUIRE(receiver.wait().exit_status == 0);
}

} // namespace bootproof
