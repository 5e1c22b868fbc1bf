// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/wrapper_command.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bootproof {

namespace {

constexpr std::string_view wrapper_footer =
    "After '--', options of mkosi that have a translation:\n"
    "  --kernel-command-line-extra=WORDS  --credential=NAME=VALUE or FILE  --qemu-args=WORDS\n"
    "  --drive=ID:SIZE[::OPTIONS[:FILE-ID]]  --runtime-size=SIZE  --ram=SIZE  --cpus=N\n"
    "  --tpm=yes|no  --firmware=NAME\n"
    "and these, which say what is so anyway: --ephemeral=yes --register=no\n"
    "  --runtime-build-sources=no --runtime-home=no --runtime-network=none.\n"
    "TEST_MKOSI_ARGS adds to them. Any other is an error.";

struct WrapperInput {
    WrapperArguments arguments;
    std::string image;
    std::string build_directory;
    bool plan = false;
    bool tap = false;
    /// What the wrapper knows and nothing here depends on.
    std::string unused;
    bool unused_flag = false;
};

void add_wrapper_options(CLI::App& app, WrapperInput& input) {
    auto& arguments = input.arguments;
    app.footer(std::string(wrapper_footer));
    app.add_option("--name", arguments.name, "the test's name")->required();
    app.add_option("--unit", arguments.unit, "the service that is the test")->required();
    app.add_option("--meson-build-dir", input.build_directory, "the build directory")->required();
    app.add_option("--meson-source-dir", input.unused, "taken, and not needed");
    app.add_flag("--plan", input.plan, "print what would be done, and do nothing");
    app.add_option("--mkosi", input.unused, "taken, and not needed: the image is built already");
    app.add_option("--image", input.image, "the image's manifest (BUILD/mkosi.output/image.json)");
    app.add_option("--storage", arguments.storage, "volatile or persistent");
    app.add_option(
        "--firmware", arguments.firmware, "auto, uefi, uefi-secure-boot, linux or linux-noinitrd");
    app.add_option("--exit-code", arguments.exit_code, "the exit status that is a pass");
    app.add_option(
        "--coredump-exclude-regex",
        arguments.coredump_exclude_regex,
        "core dumps in whose executable it is found do not count");
    app.add_option(
        "--sanitizer-exclude-regex",
        arguments.sanitizer_exclude_regex,
        "sanitizer reports in whose process name it is found do not count");
    app.add_option("--coco", arguments.confidential, "skip: there are no confidential guests");
    app.add_flag("--slow,!--no-slow", arguments.slow, "skip unless SYSTEMD_SLOW_TESTS=1");
    app.add_flag("--vm,!--no-vm", arguments.vm, "never in a container");
    app.add_flag("--skip,!--no-skip", arguments.skip, "skip");
    app.add_flag("--rtc,!--no-rtc", arguments.rtc, "set the machine's clock");
    app.add_flag("--tpm,!--no-tpm", arguments.tpm, "the machine has a TPM");
    app.add_flag(
        "--suppress-sync,!--no-suppress-sync",
        arguments.suppress_sync,
        "fsync(2) does nothing in a container");
    app.add_flag("--vm-images,!--no-vm-images", input.unused_flag, "taken; see docs/parity.md");
    app.add_flag("--tap,!--no-tap", input.tap, "write TAP 13 to standard output");
    app.add_option("MKOSI", arguments.mkosi, "options of mkosi, after --")->take_all();
}

WrapperCommand wrapper_command(const WrapperInput& input, RunOptions options) {
    if (!input.image.empty())
        options.image = input.image;
    options.tap = input.tap;
    // Meson's own deadline is the declared one, whatever the machine runs on.
    options.timeout_factor = options.timeout_factor.value_or(1.0);
    return {
        .arguments = input.arguments,
        .plan = input.plan,
        .build_directory = input.build_directory,
        .options = std::move(options)};
}

} // namespace

void add_wrapper(CLI::App& app, const RunOptions& environment, Command& result) {
    auto input = std::make_shared<WrapperInput>();
    input->arguments.more_mkosi = environment.mkosi_options;
    auto* wrapper = app.add_subcommand(
        "wrapper",
        "Take the place of systemd's integration-test-wrapper.py, with its command line");
    add_wrapper_options(*wrapper, *input);
    wrapper->callback(
        [&result, &environment, input] { result = wrapper_command(*input, environment); });
}

} // namespace bootproof
