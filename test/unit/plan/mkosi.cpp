// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/mkosi.hpp"

#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace bootproof;

namespace {

PlanSample with_mkosi(int version) {
    PlanSample sample;
    sample.host.mkosi = {.program = "/usr/bin/mkosi", .version = version, .fault = {}};
    sample.image.mkosi_options = {"--directory=/source"};
    sample.image.disk = "/build/image.raw";
    sample.descriptor.firmware = Firmware::linux;
    sample.options.backend = Backend::mkosi;
    sample.backend = {.backend = Backend::mkosi, .reason = {}};
    return sample;
}

BackendQuestion question(const PlanSample& sample) {
    return {sample.descriptor, sample.image, sample.options, sample.host};
}

std::string refused_key(const PlanSample& sample) {
    const auto refusal = refuse_mkosi(question(sample));
    return refusal ? refusal->key : "(not refused)";
}

} // namespace

TEST_CASE("each version of mkosi gets its own words") {
    const auto older = with_mkosi(24).plan().machine;
    CHECK(has(older, "qemu"));
    CHECK(has(older, "--qemu-firmware=linux"));
    CHECK_FALSE(has(older, "--register=no"));
    const auto old = with_mkosi(25).plan().machine;
    CHECK(has(old, "vm"));
    CHECK(has(old, "--firmware=linux"));
    CHECK(has(old, "--console=native"));
    CHECK(has(old, "--register=no"));
    CHECK(has(with_mkosi(27).plan().machine, "--console=headless"));
}

TEST_CASE("mkosi is told where its own options end, where it has to be") {
    CHECK_FALSE(has(with_mkosi(24).plan().machine, "--"));
    // It would hand it on, and QEMU and systemd-nspawn would take no options any more.
    CHECK_FALSE(has(with_mkosi(25).plan().machine, "--"));
    const auto command = with_mkosi(26).plan().machine;
    const auto verb = std::ranges::find(command, "vm");
    REQUIRE(verb < command.end() - 1);
    CHECK(*std::next(verb) == "--");
}

TEST_CASE("what QEMU gets from the runner follows mkosi's verb") {
    auto sample = with_mkosi(25);
    sample.descriptor.qemu_args = {"-device", "virtio-tablet-pci"};
    const auto command = sample.plan().machine;
    const auto verb = std::ranges::find(command, "vm");
    const auto monitor = std::ranges::find(command, "chardev=monitor,mode=control");
    REQUIRE(verb != command.end());
    REQUIRE(monitor != command.end());
    CHECK(verb < monitor);
    CHECK(command.back() == "virtio-tablet-pci");
}

TEST_CASE("mkosi is given time to remove its copy of the disk") {
    CHECK(with_mkosi(25).plan().cleans_up);
    CHECK_FALSE(PlanSample().plan().cleans_up);
}

TEST_CASE("no descriptor is passed to a machine that mkosi starts") {
    auto sample = with_mkosi(25);
    sample.descriptor.drives = {{.id = "one", .bytes = 1 << 20}};
    sample.descriptor.devices = {"virtio-blk-pci,drive=one"};
    sample.descriptor.tpm = true;
    sample.descriptor.disk_bytes = 1 << 30;
    const auto plan = sample.plan();
    CHECK(plan.passed_files.empty());
    CHECK(plan.helpers.empty());
    CHECK(has(plan.machine, "--drive=one:1048576"));
    CHECK(has(plan.machine, "--tpm=yes"));
    CHECK(has(plan.machine, "--runtime-size=1073741824"));
}

TEST_CASE("what mkosi cannot express is refused with the declaration's key") {
    CHECK(refused_key(with_mkosi(25)) == "(not refused)");
    auto sample = with_mkosi(25);
    sample.descriptor.cmdline = {"a=b  c"};
    CHECK(refused_key(sample) == "cmdline");
    sample = with_mkosi(25);
    sample.descriptor.cmdline = {"a\nb"};
    CHECK(refused_key(sample) == "cmdline");
    sample = with_mkosi(24);
    sample.descriptor.drives = {{.id = "one", .bytes = 512}, {.id = "two", .same_as = "one"}};
    CHECK(refused_key(sample) == "drives");
    sample.host.mkosi.version = 25;
    CHECK(refused_key(sample) == "(not refused)");
    sample.descriptor.drives = {{.id = "one", .bytes = 512, .options = "werror=report"}};
    CHECK(refused_key(sample) == "drives");
}

TEST_CASE("an image that mkosi did not build, and a host without mkosi, are no fault of the test") {
    auto sample = with_mkosi(25);
    sample.image.mkosi_options.clear();
    CHECK(refused_key(sample).empty());
    sample = with_mkosi(25);
    sample.host.mkosi.fault = "'mkosi' was not found in $PATH";
    CHECK(refused_key(sample).empty());
}
