// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/what_next.hpp"

#include "base/shell_quote.hpp"
#include "verdict/findings.hpp"

namespace bootproof {

std::string journal_command(const std::filesystem::path& journal, const TestDescriptor& test) {
    if (journal.empty())
        return {};
    return shell_quote(
        {"journalctl",
         "--file",
         journal.string(),
         "--no-hostname",
         "-o",
         "short-monotonic",
         "-u",
         test.unit});
}

std::string coredump_command(
    const std::filesystem::path& journal,
    const TestDescriptor& test,
    const Observation& observation) {
    if (journal.empty() || unexpected_coredumps(test, observation).empty())
        return {};
    return shell_quote({"coredumpctl", "--file", journal.string(), "info"});
}

std::string resume_command(const std::filesystem::path& output_directory, const std::string& run) {
    return shell_quote({"bootproof", "resume", "-o", output_directory.string(), run});
}

std::string rerun_command(
    const std::string& test,
    const std::filesystem::path& build_directory,
    const std::vector<std::string>& options) {
    if (options.empty() && !build_directory.empty())
        return shell_quote({"meson", "test", "-C", build_directory.string(), "-i", test});
    std::vector<std::string> command{"bootproof", "run", "-i"};
    command.insert(command.end(), options.begin(), options.end());
    if (!build_directory.empty())
        command.insert(command.end(), {"-C", build_directory.string()});
    command.push_back(test);
    return shell_quote(command);
}

} // namespace bootproof
