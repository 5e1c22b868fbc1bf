// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/run_arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace bootproof {

namespace {

constexpr std::string_view junit_prefix = "xml:";
/// Of --backend, where a plan is only printed.
constexpr std::string_view every_backend = "all";

std::string check_factor(const std::string& text) {
    double factor = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, code] = std::from_chars(text.data(), end, factor);
    return code == std::errc() && stopped == end && std::isfinite(factor) && factor > 0
               ? std::string()
               : fmt::format("'{}' is no number above 0", text);
}

} // namespace

const std::map<std::string, Boot>& boot_words() {
    static const std::map<std::string, Boot> words{
        {"own", Boot::own}, {"fork", Boot::fork}, {"auto", Boot::automatic}};
    return words;
}

void add_machine_options(CLI::App& app, RunOptions& options) {
    static const std::map<std::string, MachineRequest> machines{
        {"auto", MachineRequest::automatic},
        {"vm", MachineRequest::vm},
        {"container", MachineRequest::container}};
    add_choice(
        app,
        "--machine",
        options.machine,
        machines,
        "auto (a container where test and host allow it), vm or container");
    app.add_option_function<std::string>(
           "--backend",
           [&options](const std::string& word) {
               options.every_backend = word == every_backend;
               options.backend = backend_named(word);
           },
           "auto, qemu, nspawn, mkosi, vmspawn or libvirt: what runs the machine; for plan, all "
           "shows each")
        ->check([&app](const std::string& word) {
            if (word == "auto" || backend_named(word)
                || (word == every_backend && app.get_name() == "plan"))
                return std::string();
            return fmt::format("'{}' is no backend", word);
        });
    static const std::map<std::string, AcceleratorChoice> accelerators{
        {"auto", AcceleratorChoice::automatic},
        {"kvm", AcceleratorChoice::kvm},
        {"tcg", AcceleratorChoice::tcg}};
    add_choice(
        app,
        "--accel",
        options.accelerator,
        accelerators,
        "auto (KVM where a test boot has proven it), kvm or tcg");
    add_choice(
        app,
        "--boot",
        options.boot,
        boot_words(),
        "own (boot a virtual machine for this test), fork (go on from one that is up already) or "
        "auto (fork where the test allows it)");
    app.add_option("--timeout-factor", options.timeout_factor, "multiply every deadline")
        ->check(check_factor);
    app.add_option(
        "--image",
        options.image,
        "another image than the declared one: its manifest, a disk (raw, qcow2) or a directory");
    app.add_option("--qemu", options.qemu, "the QEMU binary to use");
    app.add_option("--nspawn", options.nspawn, "the systemd-nspawn binary to use");
}

void add_run_options(CLI::App& app, RunArguments& arguments) {
    app.add_option("TEST", arguments.test, "a test's name, or the path of its descriptor")
        ->required()
        ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    app.add_option(
        "-C,--build-dir",
        arguments.build_directory,
        "the Meson build directory that declares the test");
    add_machine_options(app, arguments.options);
    app.add_option(
        "-o,--output-dir",
        arguments.output_directory,
        "where journal and console log go (BUILD/test/journal)");
}

void add_retry_options(CLI::App& app, Retries& retries) {
    app.add_option(
        "--retries",
        retries.count,
        "how often a run that could not be judged (exit status 99) is tried again (0)");
    app.add_flag(
        "--retry-failures",
        retries.failures,
        "with --retries: one that failed or timed out, too; a pass after that is told as flaky");
}

void add_keep_option(CLI::App& app, bool& keep_failed) {
    static const std::map<std::string, bool> words{{"failed", true}, {"none", false}};
    add_choice(
        app,
        "--keep",
        keep_failed,
        words,
        "failed: a virtual machine whose test fails is kept as it stands, for bootproof resume "
        "(none)");
}

void add_unattended_options(CLI::App& app, RunArguments& arguments) {
    app.add_option(
           "--gtest_output",
           arguments.gtest_output,
           "xml:FILE, write JUnit there (Meson's protocol 'gtest')")
        ->check([](const std::string& value) {
            return value.starts_with(junit_prefix) ? std::string() : "must be xml:FILE";
        });
    app.add_option(
        "--skip",
        arguments.options.skip,
        "skip with this reason, unless SYSTEMD_INTEGRATION_TESTS=1");
    app.add_option(
        "--coverage",
        arguments.options.coverage_build,
        "where the image's programs were built with gcc --coverage: write NAME.coverage-info for "
        "lcov");
    add_retry_options(app, arguments.options.retries);
    add_keep_option(app, arguments.options.keep_failed);
    app.add_flag("--tap", arguments.options.tap, "write TAP 13 to standard output");
    app.add_flag("-v,--verbose", arguments.options.verbose, "say the commands that are run");
}

RunOptions finish(const RunArguments& arguments) {
    auto options = arguments.options;
    options.output_directory = arguments.output_directory;
    if (!arguments.gtest_output.empty())
        options.junit = arguments.gtest_output.substr(junit_prefix.size());
    return options;
}

} // namespace bootproof
