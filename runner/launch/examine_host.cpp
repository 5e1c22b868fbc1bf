// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch/examine_host.hpp"

#include "base/error.hpp"
#include "launch/find_tests.hpp"
#include "launch/image_age.hpp"
#include "launch/probe_container.hpp"
#include "launch/probe_host.hpp"
#include "plan/firmware.hpp"
#include "sys/file.hpp"
#include "sys/host.hpp"

#include <fmt/format.h>

#include <tuple>
#include <utility>

namespace bootproof {

namespace {

using Result = HostCheck::Result;

constexpr std::uint64_t mib = 1024 * 1024;
/// Of a machine that declares nothing, with what QEMU itself takes.
constexpr std::uint64_t machine_memory_mib = 2304;
/// What the guest of a middling test writes to its disk.
constexpr std::uint64_t overlay_mib = 2048;

class Examination {
public:
    Examination(const std::filesystem::path& build_directory, RunOptions options)
        : build_directory_(build_directory)
        , options_(std::move(options)) {
        options_.every_backend = true;
    }

    std::vector<HostCheck> run() {
        look_at_image();
        container_ = probe_container({}, image_, options_);
        look_at_journal_receiver();
        look_at_host();
        look_at_containers();
        look_at_programs();
        look_at_room();
        return std::move(checks_);
    }

private:
    void good(std::string subject, std::string text) {
        checks_.push_back({.subject = std::move(subject), .text = std::move(text), .remedy = {}});
    }

    void lacking(std::string subject, std::string text, std::string remedy) {
        checks_.push_back(
            {std::move(subject), Result::lacking, std::move(text), std::move(remedy)});
    }

    void broken(std::string subject, std::string text, std::string remedy) {
        checks_.push_back({std::move(subject), Result::broken, std::move(text), std::move(remedy)});
    }

    /// Good where there is no fault.
    void add(std::string subject, std::string found, std::string fault, std::string remedy) {
        if (fault.empty())
            good(std::move(subject), std::move(found));
        else
            lacking(std::move(subject), std::move(fault), std::move(remedy));
    }

    void look_at_image() {
        if (build_directory_.empty()) {
            lacking(
                "image",
                "there is no build directory here",
                "meson setup build -Dintegration-tests=true, or say -C BUILD");
            return;
        }
        try {
            image_ = load_image(build_directory_ / "mkosi.output" / "image.json");
        } catch (const Error& error) {
            broken("image", error.what(), error.hint());
            return;
        }
        const auto newer = newer_configuration(image_);
        add("image",
            fmt::format(
                "{} {}, {}, systemd {}",
                image_.distribution,
                image_.release,
                image_.architecture,
                image_.systemd_version),
            newer.empty() ? std::string() : fmt::format("it is older than '{}'", newer),
            fmt::format("meson compile -C {} mkosi", build_directory_.string()));
    }

    /// All that any test could ask for.
    static TestDescriptor demanding_test() {
        TestDescriptor test;
        test.name = "doctor";
        test.vm = true;
        test.tpm = true;
        test.root = Root::directory;
        test.firmware = Firmware::uefi;
        return test;
    }

    void look_at_journal_receiver() {
        try {
            good("journal receiver", find_journal_remote().string());
        } catch (const Error& error) {
            broken("journal receiver", error.what(), error.hint());
        }
    }

    /// Not without a fault alone: none is looked for where containers are not wanted.
    [[nodiscard]] bool has_containers() const {
        return container_.fault.empty() && !container_.nspawn.empty();
    }

    void look_at_host() {
        HostCapabilities host;
        try {
            host = probe_machines(demanding_test(), image_, options_, {.container = {}});
        } catch (const Error& error) {
            if (has_containers())
                lacking("qemu", error.what(), error.hint());
            else
                broken("qemu", error.what(), error.hint());
            return;
        }
        good("qemu", fmt::format("{} ({})", host.qemu_version, host.qemu.string()));
        look_at_accelerator(host);
        add("vsock",
            "/dev/vhost-vsock opens",
            host.vsock ? "" : "/dev/vhost-vsock does not open: guests talk by virtio-serial",
            "modprobe vhost_vsock, where the kernel has it");
        look_at_firmware(host);
        add("swtpm", host.swtpm.string(), host.swtpm.empty() ? "not found" : "", "Install swtpm");
        add("virtiofsd",
            host.virtiofsd.string(),
            host.virtiofsd.empty() ? "not found: no 'root: directory'" : "",
            "Install virtiofsd");
        add("qemu-img",
            host.qemu_img.string(),
            host.qemu_img.empty() ? "not found: no test can be forked" : "",
            "Install qemu-img (Debian: qemu-utils)");
        add("mkosi", host.mkosi.program.string(), host.mkosi.fault, "Install mkosi 24.3 or later");
        add("vmspawn",
            host.vmspawn.program.string(),
            host.vmspawn.fault,
            "Install systemd 257 or later (docs/backends.md), if --backend=vmspawn is wanted");
        add("libvirt",
            host.libvirt.uri,
            host.libvirt.fault,
            "Install libvirt (docs/backends.md), if --backend=libvirt is wanted");
    }

    void look_at_accelerator(const HostCapabilities& host) {
        const bool is_closed = host.kvm_fault.find("does not open") != std::string::npos;
        add("accelerator",
            "KVM, a guest has booted with it",
            host.kvm_proven ? "" : fmt::format("TCG, for {}", host.kvm_fault),
            is_closed
                ? "Become a member of the group 'kvm'"
                : "Turn on virtualisation, nested where this is a guest; tests run without it, "
                  "but slowly");
    }

    void look_at_firmware(const HostCapabilities& host) {
        const std::string architecture = image_.architecture == "arm64" ? "aarch64" : "x86_64";
        for (const auto& [subject, keys] :
             {std::pair("uefi", FirmwareKeys::none),
              std::pair("uefi-secure-boot", FirmwareKeys::enrolled)}) {
            const auto found = choose_firmware(host.firmware, architecture, keys);
            add(subject,
                found ? found->code.string() : "",
                found ? "" : fmt::format("no such firmware for {} was found", architecture),
                "Install OVMF or AAVMF (Debian: ovmf, qemu-efi-aarch64)");
        }
    }

    void look_at_containers() {
        add("containers",
            container_.nspawn.string(),
            container_.fault,
            "Tests run in virtual machines instead; docs/containers.md says what a container "
            "needs");
    }

    void look_at_programs() {
        for (const auto& [name, use, remedy] :
             {std::tuple("journalctl", "to read journals", "Install systemd"),
              std::tuple("coredumpctl", "to look into core dumps", "Install systemd-coredump"),
              std::tuple("lcov", "to collect coverage", "Install lcov")}) {
            const auto path = find_program(name, options_.directories.search_path);
            add(name, path.string(), path.empty() ? fmt::format("not found, {}", use) : "", remedy);
        }
    }

    void look_at_room() {
        const auto memory = available_memory() / mib;
        add("memory",
            fmt::format("{} MiB available", memory),
            memory >= machine_memory_mib
                ? ""
                : fmt::format(
                    "{} MiB available, and a machine of 2G takes {}", memory, machine_memory_mib),
            "Declare less 'memory', or run fewer tests at once (meson test --num-processes)");
        look_at_temporary_directory();
        const auto files = open_files_limit();
        constexpr std::uint64_t enough = 256;
        add("open files",
            fmt::format("{}", files),
            files >= enough ? "" : fmt::format("at most {}", files),
            "ulimit -n 1024");
    }

    void look_at_temporary_directory() {
        const auto& directory = options_.directories.temporary;
        const std::string remedy = "Set TMPDIR to a directory with room";
        std::error_code code;
        const auto room = std::filesystem::space(directory, code).available / mib;
        if (code || !can_write(directory)) {
            broken(
                "room",
                fmt::format("'{}', where guests' disks go, cannot be written", directory.string()),
                remedy);
            return;
        }
        add("room",
            fmt::format("{} MiB in '{}'", room, directory.string()),
            room >= overlay_mib
                ? ""
                : fmt::format("'{}', where guests' disks go, has {} MiB", directory.string(), room),
            remedy);
    }

    std::filesystem::path build_directory_;
    RunOptions options_;
    /// Without one, what an image for this host would need.
    ImageManifest image_{.architecture = host_architecture()};
    ContainerHost container_;
    std::vector<HostCheck> checks_;
};

} // namespace

std::vector<HostCheck>
examine_host(const std::filesystem::path& build_directory, RunOptions options) {
    return Examination(build_directory, std::move(options)).run();
}

} // namespace bootproof
