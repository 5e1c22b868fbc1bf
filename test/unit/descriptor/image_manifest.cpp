// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptor/image_manifest.hpp"

#include "base/fault.hpp"
#include "contains.hpp"

#include <doctest/doctest.h>

using namespace bootproof;

namespace {

const std::string manifest = R"({
"format": 1, "distribution": "debian", "release": "13", "architecture": "x86-64",
"disk": "disk.raw", "kernel": "kernel", "initrd": "/boot/initrd", "root": "PARTUUID=1", "kernel-command-line": "rw quiet", "boots-without-initrd": true, "systemd-version": 257,
"units": ["TEST-01-BASIC.service"], "digest": "abc", "built": 1700000000,
"configuration": [{"path": "../mkosi.conf", "sha256": "def"}]
})";

std::string without(const std::string& text) {
    auto changed = manifest;
    const auto at = changed.find(text);
    REQUIRE(at != std::string::npos);
    return changed.erase(at, text.size());
}

std::string manifest_fault(const std::string& yaml) {
    return fault_of([&] { parse_image_manifest(yaml, "/build/image.json"); });
}

} // namespace

TEST_CASE("an image manifest is read, and its paths are those beside it") {
    CHECK(
        parse_image_manifest(manifest, "/build/image.json")
        == ImageManifest{
            .distribution = "debian",
            .release = "13",
            .architecture = "x86-64",
            .disk = "/build/disk.raw",
            .kernel = "/build/kernel",
            .initrd = "/boot/initrd",
            .root = "PARTUUID=1",
            .kernel_command_line = "rw quiet",
            .boots_without_initrd = true,
            .systemd_version = 257,
            .units = {"TEST-01-BASIC.service"},
            .digest = "abc",
            .built = 1'700'000'000,
            .configuration = {{.path = "/build/../mkosi.conf", .sha256 = "def"}},
        });
}

TEST_CASE("a manifest of another format asks for a new image") {
    const auto fault = manifest_fault("format: 2\n");
    CHECK(
        fault
        == "/build/image.json:1:9: This manifest is not of format 1 (Build the image again with "
           "this version)");
    CHECK(manifest_fault("{}") == "/build/image.json:1:1: Key 'format' is missing");
}

TEST_CASE("a manifest with a key missing, unknown or mistyped is refused") {
    for (const auto* key : {"\"distribution\": \"debian\",", "\"architecture\": \"x86-64\","})
        CHECK(manifest_fault(without(key)) == Contains("is missing"));
    CHECK(
        manifest_fault("format: 1\nkernal: x")
        == Contains("Unknown key 'kernal' (Did you mean 'kernel'?)"));
    CHECK(manifest_fault("[]") == "/build/image.json:1:1: Expected a mapping of keys to values");
    CHECK(manifest_fault("{") == Contains("/build/image.json:"));
    CHECK(manifest_fault(without("\"sha256\": \"def\"")) == Contains("Key 'sha256' is missing"));
}

TEST_CASE("a manifest whose configuration is no list is refused") {
    auto changed = manifest;
    changed.replace(changed.find("[{\"path\""), std::string::npos, "7}");
    CHECK(manifest_fault(changed) == Contains("'configuration' must be a list"));
}

TEST_CASE(
    "what an image has not is empty, and its disk is taken for a raw one that boots by itself") {
    const std::string names = "format: 1\ndistribution: d\nrelease: r\narchitecture: x86-64\n";
    const auto disk = parse_image_manifest(names + "disk: a\nsystemd-version: 252", "/b/i.json");
    CHECK(disk.disk_format == "raw");
    CHECK(disk.has_partitions);
    CHECK(disk.boots_through_firmware);
    CHECK(disk.kernel.empty());
    CHECK(disk.digest.empty());
    CHECK(disk.systemd_version == 252);
    const auto tree = parse_image_manifest(names + "tree: /t", "/b/i.json");
    CHECK(tree.tree == "/t");
    CHECK(tree.disk.empty());
    CHECK(!tree.boots_through_firmware);
}

TEST_CASE("an image is a disk or a tree, and firmware boots only what has partitions") {
    const std::string names = "format: 1\ndistribution: d\nrelease: r\narchitecture: x86-64\n";
    CHECK(
        manifest_fault(names + "kernel: k")
        == "/build/image.json: The image has neither a 'disk' nor a 'tree'");
    CHECK(manifest_fault(names + "disk: a\ndisk-format: vmdk") == Contains("Unknown disk-format"));
    const auto bare = names + "disk: a\npartition-table: none\ndisk-format: qcow2\n";
    CHECK(!parse_image_manifest(bare, "/b/i.json").boots_through_firmware);
    CHECK(
        manifest_fault(bare + "boots-through-firmware: yes")
        == Contains("Firmware boots from a disk with partitions, which this image has not"));
}
