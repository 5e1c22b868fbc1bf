// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

/// What the fake machine is told to do: the sockets of its command line, and the lines of its
/// script.
///
/// connect                  to every socket, and shake hands on QMP; most scripts begin with it
/// connect-only             the same without the hands
/// notify TEXT              a message of PID 1 ("\n" and "\0" are escapes), and its final NUL
/// notify-part TEXT         without the NUL
/// notify-size BYTES        one message that long
/// notify-flood COUNT       that many messages
/// console TEXT             on the serial console; console-flood BYTES
/// stderr TEXT              as QEMU's own complaints; stderr-flood BYTES
/// journal FILE             the text of a file, as the guest's relay would send it
/// qmp TEXT                 a raw line; event NAME [REASON] is a well-formed one
/// agent TEXT               a line of the agent of a machine that is saved or forked
/// await-agent TEXT         until the agent has been told something with this in it
/// await-qmp TEXT           until the monitor has
/// save                     write the guest's memory and the state of the devices
/// wait FIFO                until somebody has opened it for writing, and closed it
/// orphan                   leave a process behind that keeps every socket open; mark it as orphan
/// orphan-flood             the same, and it writes to the console and to standard error for ever
/// stop-runner              stop the parent process, and return when it stands still
/// ignore-signals           all that can be ignored
/// mark LABEL               write the label and the pid to the test's pipe
/// hang                     until killed
/// signal NUMBER            die by it
/// once FILE                makes the file; if it is there, what follows up to "again" is left out
/// exit STATUS
struct Script {
    std::map<std::string, std::string> sockets;
    std::vector<std::string> lines;
    /// Of a machine that is saved: the file of its memory.
    std::string memory;
    /// It plays systemd-nspawn: messages are datagrams, the console is standard output, and there
    /// is no QMP.
    bool container = false;
};

/// Returns the exit status. Throws std::exception when the script makes no sense or cannot be
/// played.
int play(const Script& script, const std::string& record);

} // namespace fake
