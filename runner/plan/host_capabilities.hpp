// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bootproof {

/// One of QEMU's firmware descriptors (docs/interop/firmware.json), reduced to what a choice needs.
struct FirmwareImage {
    std::filesystem::path code;
    std::filesystem::path variables_template;
    /// raw or qcow2
    std::string format = "raw";
    /// Globs of machine types, e.g. pc-q35-*.
    std::vector<std::string> machines;
    /// x86_64, aarch64
    std::string architecture;
    bool secure_boot = false;
    bool requires_smm = false;
    bool enrolled_keys = false;
    /// Tells these files from others of the same names.
    std::string identity;

    bool operator==(const FirmwareImage&) const = default;
};

/// What this host has for containers. Without a fault, systemd-nspawn(1) can boot one.
struct ContainerHost {
    std::filesystem::path nspawn;
    /// Why it cannot; empty when it can.
    std::string fault;
    /// PID 1 of the host is systemd: a scope of its own holds the container.
    bool has_service_manager = false;
    /// /sys/fs/cgroup is the unified hierarchy (cgroups(7)); otherwise the container gets a private
    /// mount of it.
    bool unified_cgroups = false;
    /// Controllers of the unified hierarchy.
    std::vector<std::string> controllers;
    /// CAP_SYS_RESOURCE (capabilities(7)), which a container cannot have if its host has it not.
    bool may_raise_limits = false;

    bool operator==(const ContainerHost&) const = default;
};

/// mkosi(1) on this host; looked for only where it is asked for.
struct MkosiHost {
    std::filesystem::path program;
    /// 24, 25, …
    int version = 0;
    /// Why it cannot be used; empty when it can.
    std::string fault = "mkosi was not looked for";

    bool operator==(const MkosiHost&) const = default;
};

/// libvirt on this host; looked for only where it is asked for.
struct LibvirtHost {
    std::filesystem::path virsh;
    /// Whose libvirt: qemu:///session, or qemu:///system.
    std::string uri;
    /// Why it cannot be used; empty when it can.
    std::string fault = "libvirt was not looked for";
    /// The security drivers that confine its machines: dac, apparmor, selinux.
    std::vector<std::string> security_models;

    bool operator==(const LibvirtHost&) const = default;
};

/// systemd-vmspawn(1) on this host; looked for only where it is asked for.
struct VmspawnHost {
    std::filesystem::path program;
    /// Of systemd: 256, 257, …
    int version = 0;
    /// systemd's name of the host's architecture, the only one that it runs machines of.
    std::string architecture;
    /// What makes a bus where there is none; empty where there is one.
    std::filesystem::path dbus_daemon;
    /// The runner is in the control group of a unit; otherwise the machine gets one that looks like
    /// a unit's.
    bool is_in_unit = true;
    /// /sys/fs/cgroup is the unified hierarchy (cgroups(7)); otherwise the machine gets a private
    /// mount of it.
    bool unified_cgroups = true;
    /// Why it cannot be used; empty when it can.
    std::string fault = "systemd-vmspawn was not looked for";

    bool operator==(const VmspawnHost&) const = default;
};

/// What this host offers. Everything is measured once by launch/probe_host; tests write it down by
/// hand.
struct HostCapabilities {
    std::filesystem::path qemu;
    /// "10.0.2"
    std::string qemu_version;
    int qemu_major = 0;
    int qemu_minor = 0;
    /// Tells this binary from others of the same version.
    std::string qemu_identity;
    /// Empty where there is none.
    std::filesystem::path qemu_img;
    /// Empty where there is none.
    std::filesystem::path swtpm;
    /// Empty where there is none.
    std::filesystem::path virtiofsd;
    /// Why no machine that tests could be forked from can be saved here; empty when one can, or no
    /// fork is asked for.
    std::string saving_fault;
    /// Tells this host, its kernel and its CPU from others.
    std::string identity;
    /// A guest has booted with -accel kvm.
    bool kvm_proven = false;
    /// Why KVM is not used although the device is there; empty otherwise.
    std::string kvm_fault;
    /// /dev/vhost-vsock opens.
    bool vsock = false;
    std::filesystem::path journal_remote;
    /// In QEMU's order of preference.
    std::vector<FirmwareImage> firmware;
    /// The runner's effective user is root, so that QEMU is told to become 'unprivileged_user'.
    bool is_root = false;
    std::string unprivileged_user = "nobody";
    ContainerHost container;
    MkosiHost mkosi;
    LibvirtHost libvirt;
    VmspawnHost vmspawn;

    /// Sets the number of each part, too.
    void set_qemu_version(std::string version);

    /// Of that version or a newer one.
    [[nodiscard]] bool has_qemu(int major, int minor) const {
        return qemu_major > major || (qemu_major == major && qemu_minor >= minor);
    }

    bool operator==(const HostCapabilities&) const = default;
};

} // namespace bootproof
