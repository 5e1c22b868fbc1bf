// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/source_place.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

/// How the machine comes up. The spelling in YAML has '-' for '_'.
enum class Firmware : std::uint8_t { automatic, uefi, uefi_secure_boot, linux, linux_noinitrd };

/// journald's Storage= in the guest.
enum class Storage : std::uint8_t { volatile_, persistent };

/// Whether the machine stops its units when the test has ended (full), or goes straight to
/// power-off (fast). auto: fast in a forked machine, else full.
enum class Shutdown : std::uint8_t { automatic, full, fast };

/// Whether a virtual machine boots for this test alone (own), or the test continues in a clone of
/// one that is up already (fork). auto: a clone, unless the test asks for what only a boot can
/// give.
enum class Boot : std::uint8_t { own, fork, automatic };

/// What the root file system of a virtual machine is: the image's disk, or its tree, shared over
/// virtiofs. auto: the disk where there is one.
enum class Root : std::uint8_t { automatic, disk, directory };

/// What of its machine a test depends on, so that one which lacks it is not taken.
enum class Need : std::uint8_t {
    /// cpu, io, memory and pids of cgroups(7)
    cgroup_controllers,
    /// systemd-coredump(8) sees the crashes of this machine
    coredumps,
    /// modules are loaded
    kernel_modules,
    /// limits of setrlimit(2) are raised (CAP_SYS_RESOURCE)
    resource_limits,
};

/// A systemd credential (systemd.io/CREDENTIALS). The value is bytes; an empty one is a credential,
/// too.
struct Credential {
    std::string name;
    std::string value;

    bool operator==(const Credential&) const = default;
};

/// A disk for one of 'devices'. What the guest writes to it goes with the machine.
struct Drive {
    /// For 'drive=' of a device.
    std::string id;
    /// Of a new, empty one; 0 where 'file' or 'same_as' is set.
    std::uint64_t bytes = 0;
    /// A file to begin with, which is never changed; empty where there is none.
    std::filesystem::path file;
    /// Of that file: raw or qcow2
    std::string format = "raw";
    /// Another drive that has the same bytes, as several paths to one disk do.
    std::string same_as;
    /// More of QEMU's -drive, as it stands there.
    std::string options;

    bool operator==(const Drive&) const = default;
};

/// Core dumps that the test causes on purpose. What is empty is not compared.
struct ExpectedCoredump {
    /// An ECMAScript regular expression searched in the executable.
    std::string executable;
    /// "SIGSEGV"
    std::string signal;
    std::string unit;
    /// How many of them.
    unsigned count = 1;

    bool operator==(const ExpectedCoredump&) const = default;
};

/// What the test's unit runs and needs; see systemd.service(5).
struct UnitConfiguration {
    /// ExecStart=; nothing where the image's own unit of that name is to be run as it is.
    std::optional<std::string> command;
    std::vector<std::string> wants;
    std::vector<std::string> after;
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> unit;
    std::map<std::string, std::string> service;
    bool memory_accounting = false;

    bool operator==(const UnitConfiguration&) const = default;
};

/// One test, as Meson declared it. parse_descriptor() has checked every field; values are ready for
/// use.
struct TestDescriptor {
    std::string name;
    /// The unit in the guest, by default NAME.service.
    std::string unit;
    /// The manifest of the image (ImageManifest).
    std::filesystem::path image;
    /// Where the project declares it.
    SourcePlace source;

    bool enabled = true;
    bool slow = false;
    bool vm = false;
    std::vector<Need> needs;
    /// A container's fsync(2) and the like do nothing, and O_SYNC is refused (systemd-nspawn(1)).
    bool suppress_sync = true;
    Firmware firmware = Firmware::automatic;
    Root root = Root::automatic;
    Storage storage = Storage::volatile_;
    Shutdown shutdown = Shutdown::automatic;
    Boot boot = Boot::own;
    /// Units that a machine to be forked has started before it is saved, beside multi-user.target.
    std::vector<std::string> boot_wants;
    std::chrono::seconds timeout{1800};
    std::uint64_t memory_mib = 2048;
    unsigned cpus = 2;
    /// Whether the clock of the machine starts from an explicit -rtc base=.
    bool rtc = false;
    int exit_code = 123;
    /// How many resets the test makes the machine do; any other number is a failure.
    unsigned reboots = 0;
    /// Whether any number will do: systemd's declarations do not say which test reboots.
    bool any_reboots = false;
    /// What the guest calls itself; empty: as the test is called. One of systemd's tests knows its
    /// host by name.
    std::string host_name;
    /// Whether it needs a host that can run confidential guests (TDX, SEV-SNP).
    bool confidential = false;

    std::vector<std::string> cmdline;
    std::vector<Credential> credentials;
    /// Those that have to come through QEMU's fw_cfg, for a test of that way; the others come
    /// through whatever the machine has.
    std::vector<Credential> fw_cfg_credentials;
    /// What UEFI variables are at first, with the keys of secure boot among them: a file as the
    /// firmware's flash has it. Empty for those of the image or the firmware.
    std::filesystem::path firmware_variables;
    /// A command that changes the plan before it is carried out; see plan/plan_json.hpp.
    std::vector<std::string> configure;
    UnitConfiguration configuration;
    std::vector<Drive> drives;
    /// QEMU's -device, in this order.
    std::vector<std::string> devices;
    /// The machine has a TPM 2.0, empty at first.
    bool tpm = false;
    /// What the machine's own disk is to have at least; 0 leaves it as the image has it.
    std::uint64_t disk_bytes = 0;
    std::vector<std::string> qemu_args;
    std::vector<ExpectedCoredump> expected_coredumps;
    /// An ECMAScript regular expression searched in the executable of each core dump; empty
    /// excludes none.
    std::string coredump_exclude_regex;
    /// The same for the name of a process ("COMM") that a sanitizer reports.
    std::string sanitizer_exclude_regex;

    /// Where a key stands ("PATH:LINE:COLUMN"), for faults that only planning can see.
    std::map<std::string, std::string> locations;

    bool operator==(const TestDescriptor&) const = default;
};

/// systemd's limit for one credential, and for all of a system together (systemd.exec(5)).
inline constexpr std::size_t credential_size_limit = std::size_t{1024} * 1024;

} // namespace bootproof
