// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/libvirt.hpp"

#include "base/fault.hpp"
#include "contains.hpp"
#include "plan/sample.hpp"

#include <doctest/doctest.h>
#include <pugixml.hpp>

#include <algorithm>
#include <optional>

using namespace bootproof;

namespace {

struct LibvirtSample : PlanSample {
    LibvirtSample() {
        backend = {.backend = Backend::libvirt, .reason = "the sample"};
        host.libvirt = {
            .virsh = "/usr/bin/virsh",
            .uri = "qemu:///session",
            .fault = {},
            .security_models = {}};
    }

    void use_uefi() {
        descriptor.firmware = Firmware::uefi;
        host.firmware = {
            {.code = "/usr/share/OVMF/CODE.fd",
             .variables_template = "/usr/share/OVMF/VARS.fd",
             .machines = {"pc-q35-*"},
             .architecture = "x86_64"}};
    }

    [[nodiscard]] std::optional<Refusal> refusal() const {
        return refuse_libvirt({descriptor, image, options, host});
    }
};

/// The domain of a plan, read as libvirt reads it.
class Domain {
public:
    explicit Domain(const LaunchPlan& plan) {
        const auto file = std::ranges::find_if(
            plan.files, [](const auto& one) { return one.path.filename() == "domain.xml"; });
        REQUIRE(file != plan.files.end());
        REQUIRE(document_.load_string(file->content.c_str(), pugi::parse_full));
    }

    /// The text or value of the first that an XPath expression finds.
    [[nodiscard]] std::string value(const char* path) const {
        return document_.child("domain").select_node(path).attribute()
                   ? document_.child("domain").select_node(path).attribute().value()
                   : document_.child("domain").select_node(path).node().child_value();
    }

    [[nodiscard]] bool has(const char* path) const {
        return static_cast<bool>(document_.child("domain").select_node(path));
    }

    [[nodiscard]] std::vector<std::string> entries() const {
        std::vector<std::string> texts;
        for (const auto& found : document_.child("domain").select_nodes("sysinfo/oemStrings/entry"))
            texts.emplace_back(found.node().child_value());
        return texts;
    }

    [[nodiscard]] std::vector<std::string> arguments() const {
        std::vector<std::string> values;
        for (const auto& argument : document_.child("domain").child("qemu:commandline"))
            if (std::string_view(argument.name()) == "qemu:arg")
                values.emplace_back(argument.attribute("value").value());
        return values;
    }

private:
    pugi::xml_document document_;
};

} // namespace

TEST_CASE("virsh creates the domain, waits for its end, and takes it along") {
    const auto plan = LibvirtSample().plan();
    CHECK(
        plan.machine
        == std::vector<std::string>{
            "/usr/bin/virsh",
            "--connect",
            "qemu:///session",
            "create /run/bootproof/1/domain.xml --autodestroy; event bootproof-1 lifecycle"});
    CHECK(Domain(plan).value("name") == "bootproof-1");
}

TEST_CASE("two runs of a test are two domains") {
    LibvirtSample one;
    one.resources.directory = "/run/bootproof/TEST-01-BASIC.aaaaaa";
    LibvirtSample other;
    other.resources.directory = "/run/bootproof/TEST-01-BASIC.bbbbbb";
    CHECK(Domain(one.plan()).value("name") != Domain(other.plan()).value("name"));
}

TEST_CASE("a directory's blanks and quotes reach virsh as a part of its name") {
    LibvirtSample sample;
    sample.resources.directory = "/run/a b/it's; 1";
    CHECK(
        sample.plan().machine.back()
        == "create '/run/a b/it'\\''s; 1/domain.xml' --autodestroy; "
           "event 'bootproof-it'\\''s; 1' lifecycle");
}

TEST_CASE("credentials are OEM strings, and no files") {
    LibvirtSample sample;
    sample.descriptor.credentials = {{.name = "hello", .value = std::string("a\0,<b>&\n", 8)}};
    const auto plan = sample.plan();
    const auto entries = Domain(plan).entries();
    CHECK(entries.size() == plan.credentials.size());
    CHECK(has(entries, "io.systemd.credential.binary:hello=YQAsPGI+Jgo="));
    CHECK(plan.files.size() == 1);
    CHECK(Domain(plan).value("os/smbios/@mode") == "sysinfo");
}

TEST_CASE("text that means something in XML comes out of it as it went in") {
    const std::vector<std::string> hostile = {
        "a=<b>&amp;\"c'd\"",
        "]]>",
        "<!--",
        "<?pi?>",
        "&#x41;",
        "a=\"line one\nline two\ttab\"",
        "a=\"two  blanks \"",
        "\xc3\xa4=\xe2\x82\xac",
    };
    for (const auto& text : hostile) {
        CAPTURE(text);
        LibvirtSample sample;
        sample.descriptor.cmdline = {text};
        sample.descriptor.qemu_args = {text};
        sample.descriptor.devices = {text};
        REQUIRE_FALSE(sample.refusal());
        const Domain domain(sample.plan());
        CHECK(domain.value("os/cmdline") == Contains(text));
        const auto arguments = domain.arguments();
        CHECK(arguments.back() == text);
        CHECK(std::ranges::count(arguments, text) == 2);
    }
}

TEST_CASE("paths are escaped in elements and attributes") {
    LibvirtSample sample;
    sample.image.kernel = "/a&b/<kernel>'\"";
    sample.image.disk = "/a&b/disk, \"1\".raw";
    sample.resources.directory = "/run/<&\"1\">";
    const Domain domain(sample.plan());
    CHECK(domain.value("os/kernel") == "/a&b/<kernel>'\"");
    CHECK(domain.value("devices/serial/source/@path") == "/run/<&\"1\">/console");
    CHECK(domain.value("name") == "bootproof-<&\"1\">");
    CHECK(
        values_of(domain.arguments(), "-drive").front()
        == Contains("file=/a&b/disk,, \"1\".raw,snapshot=on,"));
}

TEST_CASE("what XML cannot say is refused, with the key") {
    struct Case {
        std::string key;
        void (*change)(TestDescriptor&, const std::string&);
    };

    for (const auto& one : std::to_array<Case>({
             {"cmdline", [](auto&test, auto&text) { test.cmdline = {text}; }},
             {"devices", [](auto&test, auto&text) { test.devices = {text}; }},
             {"drives", [](auto&test, auto&text) { test.drives = {{.id = text}}; }},
             {"qemu-args", [](auto&test, auto&text) { test.qemu_args = {text}; }},
             {"firmware-variables", [](auto&test, auto&text) { test.firmware_variables = text; }},
         }))
        for (const auto* text : {"a\x01", "\x1b[0m", "\r", "\xff", "\xed\xa0\x80"}) {
            CAPTURE(one.key);
            CAPTURE(text);
            LibvirtSample sample;
            one.change(sample.descriptor, text);
            REQUIRE(sample.refusal());
            CHECK(sample.refusal()->key == one.key);
        }
    LibvirtSample sample;
    sample.image.disk = "a\x01";
    REQUIRE(sample.refusal());
    CHECK(sample.refusal()->key.empty());
}

TEST_CASE("a directory of the run that XML cannot name is an error") {
    LibvirtSample sample;
    sample.resources.directory = "/run/\x01";
    CHECK(sample.fault() == "'bootproof-?' has a character that is none in XML");
}

TEST_CASE("a host without a libvirt that answers is refused, and no key is to blame") {
    LibvirtSample sample;
    sample.host.libvirt.fault = "'virsh' was not found in $PATH";
    REQUIRE(sample.refusal());
    CHECK(sample.refusal()->key.empty());
    CHECK(sample.refusal()->text == "'virsh' was not found in $PATH");
    CHECK(sample.refusal()->hint == Contains("libvirt-clients"));
}

TEST_CASE("a sample is not refused") {
    CHECK_FALSE(LibvirtSample().refusal());
}

TEST_CASE("more credentials than one argument takes are refused") {
    LibvirtSample sample;
    sample.descriptor.credentials = {{.name = "big", .value = std::string(70'000, 'x')}};
    CHECK_FALSE(sample.refusal());
    sample.descriptor.credentials.front().value.append(20'000, 'x');
    REQUIRE(sample.refusal());
    CHECK(sample.refusal()->key == "credentials");
}

TEST_CASE("drives are thrown away with the machine, and cannot share their bytes") {
    LibvirtSample sample;
    sample.descriptor.drives = {
        {.id = "one", .bytes = 1 << 24},
        {.id = "key", .file = "/k.qcow2", .format = "qcow2", .options = "werror=report"}};
    sample.descriptor.devices = {"virtio-blk-pci,drive=one", "virtio-blk-pci,drive=key"};
    REQUIRE_FALSE(sample.refusal());
    const auto plan = sample.plan();
    CHECK(plan.passed_files.empty());
    const auto drives = values_of(Domain(plan).arguments(), "-drive");
    REQUIRE(drives.size() == 3);
    CHECK(drives[1] == Contains("file.driver=null-co,file.size=16777216,"));
    for (const auto& drive : drives)
        CHECK(drive == Contains("snapshot=on"));
    sample.descriptor.drives.push_back({.id = "again", .same_as = "one"});
    REQUIRE(sample.refusal());
    CHECK(sample.refusal()->key == "drives");
}

TEST_CASE("a disk's own boot loader gets the kernel command line as OEM strings") {
    LibvirtSample sample;
    sample.use_uefi();
    sample.descriptor.cmdline = {"a=<,>"};
    const Domain domain(sample.plan());
    CHECK_FALSE(domain.has("os/kernel"));
    CHECK_FALSE(domain.has("os/cmdline"));
    CHECK(domain.value("os/loader") == "/usr/share/OVMF/CODE.fd");
    CHECK(domain.value("os/loader/@secure") == "no");
    CHECK_FALSE(domain.has("os/loader/@format"));
    CHECK(domain.value("os/nvram") == "/run/bootproof/1/variables");
    CHECK(domain.value("os/nvram/@template") == "/usr/share/OVMF/VARS.fd");
    const auto entries = domain.entries();
    CHECK(entries[0] == Contains("io.systemd.stub.kernel-cmdline-extra=console=ttyS0"));
    CHECK(entries[1] == Contains("a=<,>"));
}

TEST_CASE("firmware that protects its variables gets system management mode") {
    LibvirtSample sample;
    sample.use_uefi();
    sample.host.firmware.front().requires_smm = true;
    const Domain domain(sample.plan());
    CHECK(domain.value("features/smm/@state") == "on");
    CHECK(domain.value("os/loader/@secure") == "yes");
}

TEST_CASE("the runner's own sockets are connected to") {
    const auto plan = LibvirtSample().plan();
    const Domain domain(plan);
    CHECK(
        domain.value("devices/channel[target/@name='org.bootproof.notify']/source/@path")
        == plan.notify_socket);
    CHECK(
        domain.value("devices/channel[target/@name='org.bootproof.journal']/source/@path")
        == plan.journal_socket);
    CHECK(domain.value("devices/serial/source/@path") == plan.console_socket);
    CHECK(
        values_of(domain.arguments(), "-chardev").back()
        == "socket,id=monitor,path=" + plan.qmp_socket.string());
}

TEST_CASE("a reset that nobody declared ends the domain") {
    LibvirtSample sample;
    CHECK(Domain(sample.plan()).value("on_reboot") == "destroy");
    sample.descriptor.reboots = 1;
    CHECK(Domain(sample.plan()).value("on_reboot") == "restart");
}

TEST_CASE("KVM, the clock and the TPM are what a machine of QEMU has") {
    LibvirtSample sample;
    CHECK(Domain(sample.plan()).value("@type") == "qemu");
    CHECK(Domain(sample.plan()).value("cpu/@mode") == "maximum");
    sample.host.kvm_proven = true;
    sample.host.swtpm = "/usr/bin/swtpm";
    sample.descriptor.tpm = true;
    sample.descriptor.rtc = true;
    sample.resources.now = std::chrono::system_clock::from_time_t(1'767'323'045);
    const Domain domain(sample.plan());
    CHECK(domain.value("@type") == "kvm");
    CHECK(domain.value("cpu/@mode") == "host-passthrough");
    CHECK(domain.value("clock/@start") == "1767323045");
    CHECK(has(domain.arguments(), "socket,id=tpm,path=/run/bootproof/1/tpm"));
}

TEST_CASE("a person is at the serial console, by virsh") {
    LibvirtSample sample;
    sample.options.console = Console::shell;
    const auto plan = sample.plan();
    CHECK(plan.machine.back() == "create /run/bootproof/1/domain.xml --autodestroy --console");
    CHECK_FALSE(plan.discards_output);
    const Domain domain(plan);
    CHECK(domain.value("devices/serial/@type") == "pty");
    CHECK(domain.value("devices/serial/log/@file") == plan.console_log);
    CHECK(domain.value("os/cmdline") == Contains("console=ttyS0"));
}

TEST_CASE("QEMU of the system's libvirt is root, as the directory of the run is root's") {
    LibvirtSample sample;
    CHECK_FALSE(Domain(sample.plan()).has("seclabel"));
    sample.host.libvirt.security_models = {"apparmor", "dac"};
    const Domain domain(sample.plan());
    CHECK(domain.value("seclabel[@model='apparmor']/@type") == "none");
    CHECK(domain.value("seclabel[@model='dac']/@relabel") == "no");
    CHECK(domain.value("seclabel[@model='dac']/label") == "+0:+0");
}

TEST_CASE("credentials that have to come through fw_cfg are files") {
    LibvirtSample sample;
    sample.descriptor.fw_cfg_credentials = {{.name = "hello", .value = "world"}};
    const auto plan = sample.plan();
    CHECK(
        values_of(Domain(plan).arguments(), "-fw_cfg")
        == std::vector<std::string>{
            "name=opt/io.systemd.credentials/hello,file=/run/bootproof/1/credential-000"});
    CHECK(plan.files.front().content == "world");
}

TEST_CASE("a machine of arm64 has what there is on it") {
    LibvirtSample sample;
    sample.use_uefi();
    sample.use_arm();
    sample.host.firmware.front().architecture = "aarch64";
    sample.host.firmware.front().machines = {"virt-*"};
    sample.host.firmware.front().format = "qcow2";
    const Domain domain(sample.plan());
    CHECK(domain.value("os/type/@arch") == "aarch64");
    CHECK(domain.value("os/type/@machine") == "virt");
    CHECK(domain.value("os/loader/@format") == "qcow2");
    CHECK(domain.has("features/acpi"));
    CHECK_FALSE(domain.has("features/smm"));
    CHECK_FALSE(domain.has("clock/timer"));
}

TEST_CASE("the security drivers of a libvirt are in its capabilities") {
    CHECK(
        parse_security_models(
            "<capabilities><host><secmodel><model>none</model></secmodel>"
            "<secmodel><model>apparmor</model></secmodel><secmodel><model>dac</model></secmodel>"
            "</host></capabilities>")
        == std::vector<std::string>{"apparmor", "dac"});
    CHECK(parse_security_models("<capabilities/>").empty());
    CHECK(
        fault_of([] { parse_security_models("error: no"); })
        == Contains("The capabilities of libvirt are no XML"));
}
