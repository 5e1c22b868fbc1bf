// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scene.hpp"
#include "sys/file.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace bootproof {

namespace {

struct Case {
    std::string name;
    /// IMAGE stands for the manifest.
    std::string yaml;
    /// Behind the path of the descriptor; nothing is cut off.
    std::string fault;
    std::string hint = {};
};

const std::string head = "name: subject\nimage: IMAGE\nfirmware: linux\nunit: subject.service\n";

std::string replaced(std::string text, std::string_view what, const std::string& by) {
    if (const auto at = text.find(what); at != std::string::npos)
        text.replace(at, what.size(), by);
    return text;
}

void check(const Case& expected) {
    CAPTURE(expected.name);
    const Scene scene;
    const auto path = scene.root / "subject.yaml";
    write_file(path, replaced(expected.yaml, "IMAGE", scene.image.string()), 0644);
    const auto ending = scene.run(path);
    auto text = fmt::format("bootproof: {}:{}\n", path.string(), expected.fault);
    if (!expected.hint.empty())
        text += fmt::format("({})\n", expected.hint);
    CHECK(ending.status() == 99);
    CHECK(ending.errors == text);
    CHECK_FALSE(scene.was_started());
    CHECK(junit_result(scene.junit) == "error not-run");
    scene.check_clean();
}

} // namespace

TEST_CASE("a descriptor that is no YAML, or no mapping") {
    for (const Case& expected : {
             Case{
                 "brackets",
                 "name: [subject\nimage: x\n",
                 "2:6: Not valid YAML: end of sequence flow not found"},
             Case{"list", "- name\n", "1:1: Expected a mapping of keys to values"},
             Case{"no name", "image: IMAGE\n", "1:1: Key 'name' is missing"},
             Case{"no image", "name: subject\n", "1:1: Key 'image' is missing"},
             Case{"twice", head + "unit: other.service\n", "5:1: Key 'unit' is given twice"},
         })
        check(expected);
}

TEST_CASE("a key or word that nobody knows") {
    for (const Case& expected : {
             Case{
                 "key",
                 head + "timout: 5\n",
                 "5:1: Unknown key 'timout'",
                 "Did you mean 'timeout'?"},
             Case{
                 "inner key",
                 head + "configuration:\n  comand: x\n",
                 "6:3: Unknown key 'comand'",
                 "Did you mean 'command'?"},
             Case{
                 "firmware",
                 "name: subject\nimage: IMAGE\nfirmware: uefo\n",
                 "3:11: Unknown firmware 'uefo'",
                 "Did you mean 'uefi'?"},
             Case{
                 "storage",
                 head + "storage: xyzzyxyzzy\n",
                 "5:10: Unknown storage 'xyzzyxyzzy'",
                 "Known are: volatile, persistent"},
         })
        check(expected);
}

TEST_CASE("a value that cannot be") {
    for (const Case& expected : {
             Case{
                 "number",
                 head + "timeout: soon\n",
                 "5:10: 'timeout' is 'soon', but must be a whole number"},
             Case{
                 "too large",
                 head + "cpus: 256\n",
                 "5:7: 'cpus' is 256, but must be from 1 to 255"},
             Case{
                 "zero",
                 head + "exit-code: 0\n",
                 "5:12: 'exit-code' is 0, but must be from 1 to 255"},
             Case{
                 "boolean",
                 head + "slow: maybe\n",
                 "5:7: 'slow' is 'maybe', but must be true or false"},
             Case{"list", head + "cmdline: one two\n", "5:10: 'cmdline' must be a list"},
             Case{
                 "mapping",
                 head + "timeout: {a: 1}\n",
                 "5:10: 'timeout' must be a plain value, not a list, mapping or null"},
             Case{
                 "memory",
                 head + "memory: lots\n",
                 "5:9: 'memory' is 'lots', which is not an amount of memory",
                 "Write 512M or 2G; without a letter it is MiB"},
             Case{
                 "name",
                 "name: ../subject\nimage: IMAGE\n",
                 "1:7: '../subject' cannot be the name of a test",
                 "Letters, digits, '-', '_' and '.', a letter or digit first, at most 200 of them"},
             Case{"NUL", head + "cmdline: [\"a\\0b\"]\n", "5:10: 'cmdline' has a NUL byte in it"},
             Case{
                 "newline",
                 head + "configuration:\n  service: {Type: \"a\\nb\"}\n",
                 "6:12: The value of 'Type' in 'service' has a newline or NUL byte in it, or a "
                 "backslash last"},
         })
        check(expected);
}

TEST_CASE("credentials that systemd would not take") {
    constexpr std::size_t mebibyte = 1024 * 1024;
    const auto huge =
        fmt::format("credentials:\n- {{name: huge, value: {}}}\n", std::string(2 * mebibyte, 'x'));
    for (const Case& expected : {
             Case{
                 "2 MiB",
                 head + huge,
                 "6:3: Credential 'huge' has 2097152 bytes, but systemd takes at most 1048576"},
             Case{
                 "NUL",
                 head + "credentials:\n- {name: a, value: \"b\\0c\"}\n",
                 "6:3: The value of credential 'a' has a NUL byte in it",
                 "Put binary values into a file"},
             Case{
                 "file",
                 head + "credentials:\n- name: a\n  file: /dev/null/b\n",
                 "7:9: Failed to open '/dev/null/b': Not a directory"},
             Case{
                 "neither",
                 head + "credentials:\n- {name: a}\n",
                 "6:3: Credential 'a' needs either a value or a file"},
             Case{
                 "twice",
                 head + "credentials:\n- {name: a, value: 1}\n- {name: a, value: 2}\n",
                 "7:3: Credential 'a' is given twice"},
             Case{
                 "slash",
                 head + "credentials:\n- {name: a/b, value: 1}\n",
                 "6:3: 'a/b' cannot be the name of a credential"},
         })
        check(expected);
}

TEST_CASE("a kernel command line that is too long is refused before the boot") {
    const Scene scene;
    const auto path =
        scene.declare("exit 0\n", fmt::format("cmdline: [{}]\n", std::string(2048, 'x')));
    const auto ending = scene.run(path);
    CAPTURE(ending.errors);
    CHECK(ending.status() == 99);
    CHECK(ending.errors.starts_with(
        fmt::format("bootproof: {}:7:10: The kernel command line would have ", path.string())));
    CHECK(contains(ending.errors, "(Shorten 'cmdline', or pass the values as credentials)\n"));
    CHECK_FALSE(scene.was_started());
    scene.check_clean();
}

TEST_CASE("a descriptor that is not there") {
    const Scene scene;
    const auto ending = scene.run("/dev/null/subject.yaml");
    CHECK(ending.status() == 99);
    CHECK(ending.errors == "bootproof: Failed to open '/dev/null/subject.yaml': Not a directory\n");
    CHECK(junit_result(scene.junit) == "error not-run");
}

} // namespace bootproof
