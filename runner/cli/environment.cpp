// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/environment.hpp"

#include "base/error.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <utility>

namespace bootproof {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

std::optional<bool> flag(const char* name) {
    const auto value = variable(name);
    if (value.empty())
        return std::nullopt;
    if (value == "1" || value == "yes" || value == "true")
        return true;
    if (value == "0" || value == "no" || value == "false")
        return false;
    throw Error(fmt::format("${} is '{}', but must be 0 or 1", name, value));
}

template <typename Number>
std::optional<Number> number(const char* name, bool may_be_zero = false) {
    const auto value = variable(name);
    if (value.empty())
        return std::nullopt;
    Number result{};
    const auto* end = value.data() + value.size();
    if (const auto [stopped, code] = std::from_chars(value.data(), end, result);
        code != std::errc() || stopped != end || !(result >= 0) || result > Number(1e6)
        || (result == 0 && !may_be_zero))
        throw Error(fmt::format(
            "${} is '{}', but must be a number{} and at most a million",
            name,
            value,
            may_be_zero ? "" : " over 0"));
    return result;
}

std::optional<Boot> boot(const char* name) {
    const auto value = variable(name);
    if (value.empty())
        return std::nullopt;
    if (value == "own")
        return Boot::own;
    if (value == "fork")
        return Boot::fork;
    if (value == "auto")
        return Boot::automatic;
    throw Error(fmt::format("${} is '{}', but must be own, fork or auto", name, value));
}

std::optional<Backend> backend(const char* name) {
    const auto value = variable(name);
    if (value.empty() || value == "auto")
        return std::nullopt;
    if (const auto backend = backend_named(value))
        return backend;
    throw Error(fmt::format("${} is '{}', which is no backend", name, value));
}

SaveJournal save_journal(const char* name) {
    const auto value = variable(name);
    if (value.empty() || value == "1")
        return SaveJournal::always;
    if (value == "fail")
        return SaveJournal::on_failure;
    if (value == "0")
        return SaveJournal::never;
    throw Error(fmt::format("${} is '{}', but must be 0, 1 or fail", name, value));
}

bool keep_failed(const char* name) {
    const auto value = variable(name);
    if (value == "failed" || value.empty() || value == "none")
        return value == "failed";
    throw Error(fmt::format("${} is '{}', but must be failed or none", name, value));
}

std::vector<std::string> words(const char* name) {
    std::istringstream stream(variable(name));
    std::vector<std::string> result;
    for (std::string word; stream >> word;)
        result.push_back(word);
    return result;
}

/// What systemd's test-control.sh reads in the guest. Two of them are documented without the last
/// letter.
std::map<std::string, std::string> guest_environment() {
    std::map<std::string, std::string> environment;
    for (const auto& [name, in_guest] :
         {std::pair("TEST_MATCH_SUBTEST", "TEST_MATCH_SUBTEST"),
          std::pair("TEST_MATCH_TESTCASE", "TEST_MATCH_TESTCASE"),
          std::pair("TEST_SKIP_SUBTEST", "TEST_SKIP_SUBTESTS"),
          std::pair("TEST_SKIP_SUBTESTS", "TEST_SKIP_SUBTESTS"),
          std::pair("TEST_SKIP_TESTCASE", "TEST_SKIP_TESTCASES"),
          std::pair("TEST_SKIP_TESTCASES", "TEST_SKIP_TESTCASES"),
          std::pair("TEST_RUN_DFUZZER", "TEST_RUN_DFUZZER")})
        if (auto value = variable(name); !value.empty())
            environment.insert_or_assign(in_guest, std::move(value));
    return environment;
}

std::filesystem::path directory(const char* name, const std::filesystem::path& otherwise) {
    // The specification: a relative path is invalid and ignored.
    const std::filesystem::path value = variable(name);
    return value.is_absolute() ? value : otherwise;
}

HostDirectories directories() {
    const auto home = directory("HOME", "/");
    const auto runtime = directory("XDG_RUNTIME_DIR", {});
    return {
        .project = directory("CI_PROJECT_DIR", directory("GITHUB_WORKSPACE", {})),
        .runtime = runtime.empty()
                       ? std::filesystem::path(fmt::format("/tmp/bootproof-{}", ::geteuid()))
                       : runtime / "bootproof",
        .cache = directory("XDG_CACHE_HOME", home / ".cache") / "bootproof",
        .configuration = directory("XDG_CONFIG_HOME", home / ".config"),
        .temporary = directory("TMPDIR", "/var/tmp"),
        .search_path = variable("PATH"),
    };
}

std::uint64_t bytes_of_gib(double gib) {
    return static_cast<std::uint64_t>(gib * 1024 * 1024 * 1024);
}

EvidenceLimits evidence_limits() {
    EvidenceLimits limits;
    if (const auto gib = number<double>("BOOTPROOF_EVIDENCE_SIZE"))
        limits.bytes = bytes_of_gib(*gib);
    if (const auto days = number<unsigned>("BOOTPROOF_EVIDENCE_DAYS"))
        limits.age = std::chrono::days(*days);
    if (const auto mib = number<unsigned>("BOOTPROOF_CONSOLE_SIZE"))
        limits.console_bytes = std::uint64_t{*mib} << 20;
    return limits;
}

Terminal terminal() {
    Terminal result{.type = variable("TERM")};
    winsize size{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        result.rows = size.ws_row;
        result.columns = size.ws_col;
    }
    return result;
}

} // namespace

const std::vector<EnvironmentVariable>& environment_variables() {
    static const std::vector<EnvironmentVariable> variables{
        {"SYSTEMD_INTEGRATION_TESTS",
         "0 skips every test, 1 runs them even if the build says not to"},
        {"BOOTPROOF_INTEGRATION_TESTS", "the same, and goes first"},
        {"SYSTEMD_SLOW_TESTS", "1 runs tests that are declared slow"},
        {"TEST_SKIP", "words; a test whose name has one of them in it is skipped"},
        {"TEST_MATCH_SUBTEST", "bash's regular expression of the subtests to run"},
        {"TEST_MATCH_TESTCASE", "the same for test cases"},
        {"TEST_SKIP_SUBTESTS", "regular expressions of subtests not to run (or ..._SUBTEST)"},
        {"TEST_SKIP_TESTCASES", "the same for test cases (or ..._TESTCASE)"},
        {"TEST_RUN_DFUZZER", "handed on to the test"},
        {"TEST_SAVE_JOURNAL", "0 keeps no journal, fail only those of tests that fail (1)"},
        {"TEST_SAVE_MACHINE", "failed keeps the machines of tests that fail, as --keep"},
        {"TEST_JOURNAL_USE_TMP", "1 writes journals to memory first, for disks that are slow"},
        {"BOOTPROOF_EVIDENCE_SIZE",
         "how many GiB all runs may leave: what passed goes first, then the oldest (no limit)"},
        {"BOOTPROOF_EVIDENCE_DAYS", "after how many days what a run has left goes (never)"},
        {"BOOTPROOF_CONSOLE_SIZE", "how many MiB of a console are kept (64)"},
        {"TEST_SHELL", "1 boots the machine, but does not start the test"},
        {"TEST_PREFER_QEMU", "1 runs every test in a virtual machine"},
        {"TEST_NO_QEMU", "1 runs tests in containers, and skips those that need a virtual machine"},
        {"TEST_NO_KVM", "1 runs under TCG"},
        {"BOOTPROOF_BOOT", "own, fork or auto, as --boot"},
        {"BOOTPROOF_BACKEND", "qemu, nspawn, mkosi, vmspawn, libvirt or auto, as --backend"},
        {"BOOTPROOF_MACHINES", "how many saved machines a build directory keeps (8)"},
        {"BOOTPROOF_MACHINES_SIZE", "how many GiB they take on disk at most (8)"},
        {"BOOTPROOF_TIMEOUT_FACTOR", "multiplies every deadline (under KVM 1, under TCG 4)"},
        {"BOOTPROOF_RETRIES", "as --retries (0)"},
        {"BOOTPROOF_IMAGE",
         "another image than the declared one: its manifest, a disk or a directory"},
        {"BOOTPROOF_COVERAGE", "as --coverage"},
        {"BOOTPROOF_QEMU", "the QEMU binary to use"},
        {"BOOTPROOF_NSPAWN", "the systemd-nspawn binary to use"},
        {"TEST_MKOSI_ARGS", "more options of mkosi for bootproof wrapper"},
        {"CI_PROJECT_DIR", "set by GitLab; from there attachments are named in rich JUnit"},
        {"GITHUB_WORKSPACE", "the same of GitHub"},
        {"TERM", "the terminal of a person at the console, which the guest is told"},
        {"MESON_TEST_ITERATION", "set by Meson; from 2 on it becomes a part of the names of files"},
    };
    return variables;
}

RunOptions options_from_environment() {
    RunOptions options;
    options.directories = directories();
    options.integration_tests = flag("BOOTPROOF_INTEGRATION_TESTS");
    if (!options.integration_tests)
        options.integration_tests = flag("SYSTEMD_INTEGRATION_TESTS");
    options.slow_tests = flag("SYSTEMD_SLOW_TESTS").value_or(false);
    options.skip_words = words("TEST_SKIP");
    options.guest_environment = guest_environment();
    options.save_journal = save_journal("TEST_SAVE_JOURNAL");
    options.keep_failed = keep_failed("TEST_SAVE_MACHINE");
    options.journal_in_memory = flag("TEST_JOURNAL_USE_TMP").value_or(false);
    if (flag("TEST_NO_KVM").value_or(false))
        options.accelerator = AcceleratorChoice::tcg;
    options.boot = boot("BOOTPROOF_BOOT");
    options.backend = backend("BOOTPROOF_BACKEND");
    auto& limits = options.saved_machine_limits;
    limits.count = number<unsigned>("BOOTPROOF_MACHINES").value_or(limits.count);
    if (const auto gib = number<double>("BOOTPROOF_MACHINES_SIZE"))
        limits.bytes = bytes_of_gib(*gib);
    options.evidence_limits = evidence_limits();
    options.timeout_factor = number<double>("BOOTPROOF_TIMEOUT_FACTOR");
    options.image = variable("BOOTPROOF_IMAGE");
    options.coverage_build = variable("BOOTPROOF_COVERAGE");
    options.mkosi_options = variable("TEST_MKOSI_ARGS");
    options.qemu = variable("BOOTPROOF_QEMU");
    options.nspawn = variable("BOOTPROOF_NSPAWN");
    if (flag("TEST_NO_QEMU").value_or(false))
        options.machine = MachineRequest::container;
    else if (flag("TEST_PREFER_QEMU").value_or(false))
        options.machine = MachineRequest::vm;
    options.retries.count = number<unsigned>("BOOTPROOF_RETRIES", true).value_or(0);
    options.iteration = number<unsigned>("MESON_TEST_ITERATION").value_or(1);
    options.terminal = terminal();
    const bool on_terminal = ::isatty(STDIN_FILENO) == 1;
    options.progress = ::isatty(STDERR_FILENO) == 1;
    options.colour = options.progress && variable("NO_COLOR").empty();
    if (flag("TEST_SHELL").value_or(false))
        options.console = Console::shell;
    else if (on_terminal && !variable("MESON_TEST_ITERATION").empty())
        // `meson test --interactive` hands its terminal on; without it standard input is /dev/null.
        options.console = Console::interactive;
    return options;
}

} // namespace bootproof
