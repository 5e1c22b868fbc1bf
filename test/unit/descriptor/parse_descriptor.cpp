// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contains.hpp"
#include "descriptor/parsing.hpp"

#include <doctest/doctest.h>

using namespace bootproof;
using namespace std::chrono_literals;

TEST_CASE("a descriptor with nothing but name and image has the defaults") {
    const auto test = parse("");
    CHECK(test.name == "TEST-01-BASIC");
    CHECK(test.unit == "TEST-01-BASIC.service");
    CHECK(test.image == "image.json");
    CHECK(test.enabled);
    CHECK_FALSE(test.slow);
    CHECK(test.firmware == Firmware::automatic);
    CHECK(test.storage == Storage::volatile_);
    CHECK(test.shutdown == Shutdown::automatic);
    CHECK(test.timeout == 1800s);
    CHECK(test.memory_mib == 2048);
    CHECK(test.cpus == 2);
    CHECK(test.exit_code == 123);
    CHECK(test.reboots == 0);
    CHECK(test.cmdline.empty());
    CHECK(test.configuration == UnitConfiguration{});
}

TEST_CASE("every key of a descriptor arrives") {
    const auto test = parse(
        "unit: 'a:b-c_d@1.service'\nenabled: false\nslow: true\nvm: yes\nfirmware: uefi\nstorage: "
        "persistent\n"
        "shutdown: fast\ntimeout: 60\nmemory: 1G\ncpus: 4\nrtc: true\nexit-code: 1\nreboots: 2\n"
        "cmdline: [a=b, 'c d']\nqemu-args: ['-device', 'x,y']\ncoredump-exclude-regex: '/(a|b)$'\n"
        "configuration: {command: /bin/true, wants: [a.target], after: [b.target, c.target], "
        "environment: {A: '1'},"
        " unit: {ConditionVirtualization: vm}, service: {Type: simple}, memory-accounting: "
        "true}\n");
    TestDescriptor expected{
        .name = "TEST-01-BASIC",
        .unit = "a:b-c_d@1.service",
        .image = "image.json",
        .enabled = false,
        .slow = true,
        .vm = true,
        .firmware = Firmware::uefi,
        .storage = Storage::persistent,
        .shutdown = Shutdown::fast,
        .timeout = 60s,
        .memory_mib = 1024,
        .cpus = 4,
        .rtc = true,
        .exit_code = 1,
        .reboots = 2,
        .cmdline = {"a=b", "c d"},
        .configuration =
            {
                .command = "/bin/true",
                .wants = {"a.target"},
                .after = {"b.target", "c.target"},
                .environment = {{"A", "1"}},
                .unit = {{"ConditionVirtualization", "vm"}},
                .service = {{"Type", "simple"}},
                .memory_accounting = true,
            },
        .qemu_args = {"-device", "x,y"},
        .coredump_exclude_regex = "/(a|b)$",
        .locations = test.locations,
    };
    CHECK(test == expected);
}

TEST_CASE("every spelling of an enumeration is understood") {
    CHECK(parse("firmware: auto").firmware == Firmware::automatic);
    CHECK(parse("firmware: uefi").firmware == Firmware::uefi);
    CHECK(parse("firmware: uefi-secure-boot").firmware == Firmware::uefi_secure_boot);
    CHECK(parse("firmware: linux").firmware == Firmware::linux);
    CHECK(parse("firmware: linux-noinitrd").firmware == Firmware::linux_noinitrd);
    CHECK(parse("storage: volatile").storage == Storage::volatile_);
    CHECK(parse("shutdown: full").shutdown == Shutdown::full);
}

TEST_CASE("quotes, backslashes, newlines, '@', '#' and blanks survive in values") {
    const auto test =
        parse(R"(configuration: {command: " a\"'\\\n@#$%  ", environment: {A: "\"'\\\n@#\t, "}})"
              "\n"
              R"(cmdline: ["a=\"'\\, #@"])");
    CHECK(test.configuration.command == " a\"'\\\n@#$%  ");
    CHECK(test.configuration.environment.at("A") == "\"'\\\n@#\t, ");
    CHECK(test.cmdline == std::vector<std::string>{"a=\"'\\, #@"});
}

TEST_CASE("places of keys are kept for faults that only planning sees") {
    const auto test = parse("cpus: 1\ncmdline:\n  - a\n");
    CHECK(test.locations.at("name") == "a.yaml:1:7");
    CHECK(test.locations.at("cmdline") == "a.yaml:5:3");
    CHECK(test.locations.at("firmware") == "a.yaml:1:1");
}

TEST_CASE("an unknown key is refused with the one that is meant") {
    CHECK(parse_fault("timeot: 3") == "a.yaml:3:1: Unknown key 'timeot' (Did you mean 'timeout'?)");
    CHECK(parse_fault("cpus: 1\n banana: 3").starts_with("a.yaml:"));
    CHECK(parse_fault("banana: 3") == Contains("(Known are: name, unit, image"));
    CHECK(
        parse_fault("configuration: {comand: x}")
        == "a.yaml:3:17: Unknown key 'comand' (Did you mean 'command'?)");
    CHECK(
        parse_fault("credentials:\n  - {name: a, valeu: x}")
        == "a.yaml:4:15: Unknown key 'valeu' (Did you mean 'value'?)");
}

TEST_CASE("a key that is given twice is refused") {
    CHECK(parse_fault("cpus: 1\ncpus: 1") == "a.yaml:4:1: Key 'cpus' is given twice");
    CHECK(
        parse_fault("configuration: {environment: {A: 1, A: 1}}")
        == "a.yaml:3:37: Key 'A' is given twice in 'environment'");
    CHECK(
        parse_fault("configuration: {unit: {A: 1, A: 1}}")
        == Contains("'A' is given twice in 'unit'"));
}

TEST_CASE("a missing key is refused") {
    CHECK(whole_fault("name: a") == "a.yaml:1:1: Key 'image' is missing");
    CHECK(whole_fault("image: a") == "a.yaml:1:1: Key 'name' is missing");
}

TEST_CASE("what is no mapping is no descriptor") {
    CHECK(whole_fault("") == "a.yaml:1:1: Expected a mapping of keys to values");
    CHECK(whole_fault("- a") == "a.yaml:1:1: Expected a mapping of keys to values");
    CHECK(whole_fault("a") == "a.yaml:1:1: Expected a mapping of keys to values");
    CHECK(whole_fault("~") == "a.yaml:1:1: Expected a mapping of keys to values");
    CHECK(
        whole_fault("{[a, b]: c}")
        == "a.yaml:1:2: 'a key' must be a plain value, not a list, mapping or null");
}

TEST_CASE("what is not YAML is refused at its place") {
    CHECK(parse_fault("cmdline: [a") == Contains("a.yaml:3:"));
    CHECK(parse_fault("cmdline: [a") == Contains("Not valid YAML: "));
    CHECK(parse_fault("cmdline: *nowhere") == Contains("a.yaml:3:10: Not valid YAML: "));
    CHECK(parse_fault("name: a\n\tb: c") == Contains("Not valid YAML: "));
    CHECK(whole_fault(std::string(100'000, '[')) == Contains("a.yaml:1:"));
}

TEST_CASE("what follows the descriptor in its file is refused") {
    CHECK(
        whole_fault("name: a\nimage: b\n---\nname: c\nimage: d\n")
        == Contains(": Only one document may be in the file"));
    CHECK(whole_fault("{name: a, image: b}\n}") == Contains("a.yaml:2:"));
    // YAML::LoadAll() makes documents without end of this.
    CHECK(whole_fault("\"name\" {a: b}, }") == Contains("a.yaml:1:"));
    CHECK(whole_fault("--- # one\n{name: a, image: b}\n...\n# end\n").empty());
}

TEST_CASE("a value of the wrong type is refused") {
    CHECK(
        parse_fault("cpus: [1]")
        == "a.yaml:3:7: 'cpus' must be a plain value, not a list, mapping or null");
    CHECK(parse_fault("slow: ~") == Contains("a.yaml:3:7: 'slow' must be a plain value"));
    CHECK(parse_fault("slow: maybe") == "a.yaml:3:7: 'slow' is 'maybe', but must be true or false");
    CHECK(parse_fault("cmdline: a") == "a.yaml:3:10: 'cmdline' must be a list");
    CHECK(
        parse_fault("cmdline: [[a]]") == Contains("a.yaml:3:11: 'cmdline' must be a plain value"));
    CHECK(parse_fault("configuration: a") == "a.yaml:3:16: Expected a mapping of keys to values");
    CHECK(
        parse_fault("configuration: {environment: [a]}")
        == Contains("'environment' must be a mapping"));
    CHECK(parse_fault("credentials: {a: b}") == "a.yaml:3:14: 'credentials' must be a list");
}

TEST_CASE("a number that is none or out of its range is refused") {
    CHECK(parse_fault("cpus: two") == "a.yaml:3:7: 'cpus' is 'two', but must be a whole number");
    for (const auto* value : {"1.5", "''", "0x10", "+3", "'3 '", "3s", "99999999999999999999999"})
        CHECK(parse_fault(std::string("timeout: ") + value) == Contains("must be a whole number"));
    CHECK(parse_fault("cpus: 0") == "a.yaml:3:7: 'cpus' is 0, but must be from 1 to 255");
    CHECK(parse_fault("cpus: 256") == Contains("must be from 1 to 255"));
    CHECK(parse_fault("timeout: 0") == Contains("must be from 1 to 604800"));
    CHECK(parse_fault("timeout: 604801") == Contains("must be from 1 to 604800"));
    CHECK(parse_fault("exit-code: 0") == Contains("must be from 1 to 255"));
    CHECK(parse_fault("exit-code: 256") == Contains("must be from 1 to 255"));
    CHECK(parse_fault("reboots: -1") == Contains("must be from 0 to 1000"));
    CHECK(parse("cpus: 255\ntimeout: 604800\nexit-code: 255\nreboots: 1000").cpus == 255);
}

TEST_CASE("a place that is not in the project is refused") {
    CHECK(parse("source: test/meson.build:12").source.line == 12);
    CHECK(parse("source: ''").source == SourcePlace());
    CHECK(
        parse_fault("source: /etc/passwd:3")
        == Contains("a.yaml:3:9: 'source' is '/etc/passwd:3', but must be FILE or FILE:LINE"));
    CHECK(parse_fault("source: ../other/meson.build") == Contains("from the root of the project"));
}

TEST_CASE("an unknown value of an enumeration is refused with the one that is meant") {
    CHECK(
        parse_fault("firmware: uefo")
        == "a.yaml:3:11: Unknown firmware 'uefo' (Did you mean 'uefi'?)");
    CHECK(
        parse_fault("firmware: UEFI-SECURE")
        == Contains("Known are: auto, uefi, uefi-secure-boot"));
    CHECK(parse_fault("storage: persistant") == Contains("(Did you mean 'persistent'?)"));
    CHECK(parse_fault("shutdown: ''") == Contains("Known are: auto, full, fast"));
}

TEST_CASE("drives and devices arrive in their order") {
    const auto test = parse(
        "tpm: true\ndisk-size: 11G\ndevices: ['nvme,drive=a', 'x']\n"
        "drives: [{id: a, size: 16M, options: werror=stop}, {id: b.2, same-as: a}, {id: c, file: "
        "/c, format: qcow2}]\n");
    CHECK(test.tpm);
    CHECK(test.disk_bytes == std::uint64_t{11} << 30);
    CHECK(test.devices == std::vector<std::string>{"nvme,drive=a", "x"});
    CHECK(
        test.drives
        == std::vector<Drive>{
            {.id = "a", .bytes = 16 << 20, .options = "werror=stop"},
            {.id = "b.2", .same_as = "a"},
            {.id = "c", .file = "/c", .format = "qcow2"}});
}

TEST_CASE("expected core dumps arrive, and those that make no sense are refused") {
    CHECK(
        parse(
            "coredumps: [{executable: /a$, signal: SIGABRT, unit: b.service, count: 3}, {unit: c}]")
            .expected_coredumps
        == std::vector<ExpectedCoredump>{
            {.executable = "/a$", .signal = "SIGABRT", .unit = "b.service", .count = 3},
            {.unit = "c"}});
    CHECK(parse_fault("coredumps: {}") == Contains("'coredumps' must be a list"));
    CHECK(parse_fault("coredumps: [{count: 1}]") == Contains("needs one of executable, signal"));
    CHECK(parse_fault("coredumps: [{executable: '('}]") == Contains("not a regular expression"));
    CHECK(parse_fault("coredumps: [{signal: SEGV}]") == Contains("not the name of a signal"));
    CHECK(parse_fault("coredumps: [{unit: a, count: 0}]") == Contains("must be from 1 to 10000"));
}

TEST_CASE("a drive that makes no sense is refused with its place") {
    CHECK(parse_fault("drives: {}") == Contains("'drives' must be a list"));
    CHECK(parse_fault("drives: [{id: 1a, size: 1M}]") == Contains("cannot be the id of a drive"));
    CHECK(parse_fault("drives: [{id: a}]") == Contains("needs one of size, file and same-as"));
    CHECK(parse_fault("drives: [{id: a, size: 1M, file: b}]") == Contains("needs one of size"));
    CHECK(parse_fault("drives: [{id: a, size: 1X}]") == Contains("'1X', which is not a size"));
    CHECK(parse_fault("drives: [{id: a, size: 17T}]") == Contains("more than 16T"));
    CHECK(
        parse_fault("drives: [{id: a, file: b, format: vdi}]") == Contains("Unknown format 'vdi'"));
    CHECK(
        parse_fault("drives: [{id: a, size: 1M}, {id: a, size: 1M}]")
        == Contains("Drive 'a' is given twice"));
    CHECK(
        parse_fault("drives: [{id: a, file: b}, {id: c, same-as: a}]")
        == Contains("an earlier drive that has a 'size'"));
    CHECK(parse_fault("disk-size: 11") == Contains("'disk-size' is '11', which is not a size"));
}

TEST_CASE("an amount of memory has a unit of M or G, or none for MiB") {
    CHECK(parse("memory: 512M").memory_mib == 512);
    CHECK(parse("memory: 3G").memory_mib == 3072);
    CHECK(parse("memory: 128").memory_mib == 128);
    CHECK(
        parse_fault("memory: 127M")
        == "a.yaml:3:9: 'memory' is 127 MiB, but must be at least 128M");
    for (const auto* value : {"2T", "-1G", "0", "1.5G", "''", "2GB", "99999999G", "2g", "'2 G'"})
        CHECK(
            parse_fault(std::string("memory: ") + value) == Contains("is not an amount of memory"));
}

TEST_CASE("a name that cannot be a unit, a file and a machine is refused") {
    for (const auto* name :
         {"''",
          "a/b",
          "'a b'",
          "..",
          ".a",
          "-a",
          "_a",
          "é",
          "'a\"b'",
          "'a,b'",
          "\"a\\nb\"",
          "\"a\\0b\"",
          "a@b"})
        CHECK(
            whole_fault(std::string("image: i\nname: ") + name)
            == Contains("cannot be the name of a test"));
    CHECK(whole_fault("image: i\nname: " + std::string(201, 'a')) == Contains("a.yaml:2:7: "));
    CHECK(whole_fault("image: i\nname: " + std::string(200, 'a')).empty());
}

TEST_CASE("a unit that is no service is refused") {
    for (const auto* unit :
         {"a.target",
          "a",
          "'a b.service'",
          "a/b.service",
          "\"a\\nb.service\"",
          "'a,b.service'",
          "''"})
        CHECK(parse_fault(std::string("unit: ") + unit) == Contains("a.yaml:3:7: "));
    CHECK(
        parse_fault("unit: " + std::string(248, 'a') + ".service")
        == Contains("is not the name of a service"));
    CHECK(parse_fault("unit: " + std::string(247, 'a') + ".service").empty());
}

TEST_CASE("a NUL byte is refused wherever a string is passed on") {
    for (const auto* line :
         {R"(image: "a\0")",
          R"(cmdline: ["a\0"])",
          R"(qemu-args: ["a\0"])",
          R"(configuration: {command: "a\0"})",
          R"(configuration: {wants: ["a\0"]})",
          R"(configuration: {after: ["a\0"]})",
          R"(configuration: {environment: {A: "a\0"}})",
          R"(configuration: {service: {A: "a\0"}})",
          R"(configuration: {unit: {A: "a\0"}})",
          R"(credentials: [{name: a, file: "file\0"}])"}) {
        CAPTURE(line);
        const bool is_image = std::string_view(line).starts_with("image");
        CHECK(
            (is_image ? whole_fault(std::string("name: a\n") + line) : parse_fault(line))
            == Contains("NUL"));
    }
}

TEST_CASE("a setting of a unit is one line with a plain name") {
    CHECK(
        parse("configuration: {service: {TimeoutStartSec: '5 min', X-Mine: ''}}")
            .configuration.service.size()
        == 2);
    for (const auto* name : {"'A=B'", "'A B'", "\"A\\n\"", "''", "'[Service]'", "é"})
        CHECK(
            parse_fault(std::string("configuration: {service: {? ") + name + " : x}}")
            == Contains("is not a setting of a unit"));
    for (const auto* value : {R"("a\nb")", R"("a\rb")", R"("a\0b")", R"("a\\")"})
        CHECK(
            parse_fault(std::string("configuration: {unit: {A: ") + value + "}}")
            == Contains("a.yaml:3:23: The value of 'A' in 'unit' "));
}

TEST_CASE("a unit that a test wants is one word") {
    CHECK(parse("configuration: {wants: ['dev-x\\x2dy.device']}").configuration.wants.size() == 1);
    for (const auto* value : {R"("a b")", R"("a\nExecStart=b")", R"("a\r")", "''"}) {
        CAPTURE(value);
        CHECK(
            parse_fault(std::string("configuration: {wants: [") + value + "]}")
            == Contains("is not the name of a unit"));
        CHECK(
            parse_fault(std::string("configuration: {after: [") + value + "]}")
            == Contains("a.yaml:3:24: "));
    }
}

TEST_CASE("a name that is none of an environment variable is refused") {
    CHECK(parse("configuration: {environment: {_A1b: x}}")
              .configuration.environment.contains("_A1b"));
    for (const auto* name : {"''", "1A", "A-B", "'A=B'", "'A B'", "\"A\\nB\"", "é"})
        CHECK(
            parse_fault(std::string("configuration: {environment: {? ") + name + " : x}}")
            == Contains("is not the name of an environment variable"));
}

TEST_CASE("a regular expression that is none is refused") {
    CHECK(
        parse_fault("coredump-exclude-regex: '('")
        == Contains("a.yaml:3:25: 'coredump-exclude-regex' is not a regular expression"));
    CHECK(
        parse_fault("coredump-exclude-regex: '[z-a]'") == Contains("is not a regular expression"));
    CHECK(
        parse_fault("coredump-exclude-regex: " + std::string(100'000, '('))
        == Contains("coredump-exclude-regex"));
}

TEST_CASE("a fault is one line, whatever is wrong") {
    for (const auto* yaml :
         {"\"a\\nb\\e[1m\": 1", "firmware: \"a\\nb\"", "cpus: \"\\n\"", "unit: \"a\\nb\""}) {
        const auto fault = parse_fault(yaml);
        CAPTURE(yaml);
        CHECK(fault.starts_with("a.yaml:3:"));
        CHECK(fault.find_first_of("\n\x1b") == std::string::npos);
    }
}
