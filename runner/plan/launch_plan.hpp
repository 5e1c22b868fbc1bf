// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/backend.hpp"
#include "base/machine_kind.hpp"
#include "descriptor/test_descriptor.hpp"
#include "plan/boot_choice.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bootproof {

struct PlannedFile {
    std::filesystem::path path;
    std::string content;

    bool operator==(const PlannedFile&) const = default;
};

/// A file that the machine gets as an open descriptor, which it needs no permission to open.
struct PassedFile {
    enum class Access : std::uint8_t {
        /// to read
        read,
        /// to write, new or emptied
        create,
        /// a copy without a name, which goes with the machine, to read and write
        copy,
        /// an empty one of 'bytes' without a name, the same
        scratch,
    };

    /// Of the descriptor in the machine's process.
    int number = -1;
    std::filesystem::path path;
    Access access = Access::read;
    std::uint64_t bytes = 0;

    bool operator==(const PassedFile&) const = default;
};

/// It goes with the machine.
inline bool is_nameless(const PassedFile& file) {
    return file.access == PassedFile::Access::copy || file.access == PassedFile::Access::scratch;
}

/// A process beside the machine, which serves what connects to its socket.
struct PlannedHelper {
    std::vector<std::string> command;
    /// Made, listening, before the helper starts, so that the machine need not wait for it.
    std::filesystem::path socket;
    /// The helper's descriptor for it.
    int number = -1;
    /// The argument that tells the helper so; and what a shell says, which cannot listen.
    std::string on_descriptor;
    std::string on_path;

    bool operator==(const PlannedHelper&) const = default;
};

/// Everything that launching does, as a value: what `bootproof plan` prints and launch/ carries
/// out.
struct LaunchPlan {
    std::string name;
    MachineKind kind = MachineKind::vm;
    /// Who runs 'machine', and why.
    Backend backend = Backend::qemu;
    std::string backend_reason;
    /// Why it is of this kind.
    std::string kind_reason;
    /// Private to the run; files and sockets are in it.
    std::filesystem::path directory;
    /// Of a virtual machine. Saved: once it is up it is paused, saved and ended.
    BootKind boot = BootKind::own;
    std::string boot_reason;
    /// The machine's process, with its environment additions.
    std::vector<std::string> machine;
    std::map<std::string, std::string> environment;
    /// The process removes what it has made when it is told to end (SIGTERM), so that it is not
    /// killed at once.
    bool cleans_up = false;
    /// What the process prints is nothing that is not seen elsewhere.
    bool discards_output = false;
    /// It goes on from where it was kept, for a person.
    bool resumed = false;
    /// Started before the machine, ended after it.
    std::vector<PlannedHelper> helpers;
    /// Turns journal-export text on its standard input into the journal file.
    std::vector<std::string> journal_receiver;
    /// To be written before the machine starts, readable by the runner's user alone.
    std::vector<PlannedFile> files;
    /// Listening unix sockets, made before the machine starts; the machine connects to them. Empty
    /// where not used. A container's notify socket takes datagrams, and its console is its standard
    /// output.
    std::filesystem::path qmp_socket;
    std::filesystem::path console_socket;
    std::filesystem::path notify_socket;
    std::filesystem::path journal_socket;
    /// On this one, the agent of a machine that is saved or forked says what it has to say, and a
    /// forked one's is told 'agent_instructions'.
    std::filesystem::path agent_socket;
    std::string agent_instructions;
    /// The machine listens there, for whoever attaches to it; empty where it does not.
    std::filesystem::path attach_socket;
    /// What a message in the journal begins with that says how the test has ended, after everything
    /// else in the journal.
    std::string end_message;
    /// Said on 'qmp_socket' as soon as the machine has connected.
    std::string qmp_commands;
    std::vector<PassedFile> passed_files;
    /// A machine that goes on from where it was kept waits for a debugger there; empty where not.
    std::filesystem::path debugger_socket;
    /// Said on 'qmp_socket' for that, when all of the machine is there.
    std::string debugger_commands;
    /// A machine that fails is saved there; empty where it is not.
    std::filesystem::path kept_machine;
    /// Where copies of them take room.
    std::filesystem::path overlay_directory;
    /// The journal up to when the machine was saved.
    std::filesystem::path saved_journal;
    std::filesystem::path journal;
    /// The directory of what else is kept of the run.
    std::filesystem::path evidence;
    std::filesystem::path console_log;
    /// For a picture of the screen of a machine that hangs or has panicked; empty where it has
    /// none.
    std::filesystem::path screenshot;
    /// The control group that the machine makes for itself, from the root of the unified hierarchy;
    /// whoever runs the plan removes it. Empty where there is none.
    std::string cgroup;
    /// What the guest gets, for people to read.
    std::vector<Credential> credentials;
    std::vector<std::string> kernel_command_line;
    /// tcg or kvm; empty for a container
    std::string accelerator;
    /// Why it is that, in words; the same.
    std::string accelerator_reason;
    Firmware firmware = Firmware::linux;
    /// Nothing for a machine that a person uses.
    std::optional<std::chrono::milliseconds> deadline;
    std::chrono::milliseconds shutdown_deadline{};

    bool operator==(const LaunchPlan&) const = default;
};

/// The YAML spelling: uefi, uefi-secure-boot, linux, linux-noinitrd, auto.
std::string_view to_string(Firmware firmware);

/// QEMU loads the kernel itself, and neither firmware nor boot loader of the disk does.
bool boots_directly(Firmware firmware);

/// In a few words, for people: "tcg, linux-noinitrd", or "container".
std::string describe_machine(const LaunchPlan& plan);

} // namespace bootproof
