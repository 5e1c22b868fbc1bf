#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keep the machine of a test that fails, and resume it as a person would, in a terminal: twice with a shell, of which the
second must not see what the first has done, and once with a debugger."""

import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from check_verdict import EXIT_STATUS, environment_of_tests, parser_of_check, program, skip_reason, SKIP, verdicts_in
from terminal import ANSWER_LIMIT_SECONDS, COLUMNS, expect, ROWS, Terminal

RUN_LIMIT_SECONDS = 400
# The reason of the verdict, and the state of the test's unit when the machine is saved.
EXPECTED = {'RUNNER-EMERGENCY': ('emergency-shell', 'dead')}
UNIT_FAILED = ('unit-failed', 'stop-post')


def check_shell(terminal: Terminal, unit: str, unit_state: str) -> None:
    terminal.wait_for(r'# $')
    terminal.say(f'echo state=$(systemctl show -P SubState {unit}) size=$(stty size) old=$(ls /root/seen 2>/dev/null)')
    found = terminal.wait_for(r'state=(\S*) size=(.*) old=(.*)\r\n')
    expect(found[1] == unit_state, f"the unit is '{found[1]}', and not '{unit_state}'")
    expect(found[2] == f'{ROWS} {COLUMNS}', f"the terminal has the size '{found[2]}'")
    expect(not found[3].strip(), f"'{found[3]}' is there from another time")
    terminal.say('touch /root/seen; tty')
    terminal.wait_for('/dev/tty')
    terminal.wait_for(r'# $')
    # Ctrl-C is the guest's, whose shell has jobs.
    terminal.interrupt()
    terminal.wait_for(r'# $')
    terminal.say('exit')
    status = terminal.end()
    expect(status == 0, f'exit status {status}:\n{terminal.shown}')


def ask_debugger(path: str) -> str:
    """Why the machine stands, by GDB's remote protocol; and lets it go on."""
    deadline = time.monotonic() + ANSWER_LIMIT_SECONDS
    # It is said where it will be before QEMU starts.
    while not pathlib.Path(path).exists():
        expect(time.monotonic() < deadline, f"'{path}' did not come to be")
        time.sleep(0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stub:
        stub.settimeout(ANSWER_LIMIT_SECONDS)
        stub.connect(path)
        stub.sendall(b'$?#3f')
        answer = b''
        while not re.search(rb'\$[^#]*#..', answer):
            answer += stub.recv(4096)
        stub.sendall(b'+$D#44')
        stub.recv(4096)
    return answer.decode()


def check_resume(bootproof: str, descriptor: pathlib.Path, output: pathlib.Path) -> None:
    name = descriptor.stem
    junit = output / 'junit.xml'
    run = subprocess.run(
        [bootproof, 'run', '-o', output, '--keep=failed', f'--gtest_output=xml:{junit}', descriptor],
        env=environment_of_tests(),
        stdin=subprocess.DEVNULL,
        timeout=RUN_LIMIT_SECONDS,
    )
    expect(run.returncode == EXIT_STATUS['fail'], f'exit status {run.returncode}')
    reason, unit_state = EXPECTED.get(name, UNIT_FAILED)
    expect(verdicts_in(junit, name) == {('failure', reason)}, f'{verdicts_in(junit, name)}')

    command = [bootproof, 'resume', '-o', str(output), name]
    for _ in range(2):
        check_shell(Terminal(command), f'{name}.service', unit_state)
    debugged = Terminal([*command, '--gdb'])
    path = debugged.wait_for(r"target remote ([^']*)'")[1]
    answer = ask_debugger(path)
    expect(answer.lstrip('+').startswith(('$T05', '$S05')), f"the debugger's stub says '{answer}'")
    check_shell(debugged, f'{name}.service', unit_state)


def main() -> int:
    arguments = parser_of_check(__doc__).parse_args()
    if reason := skip_reason(arguments):
        print(reason)
        return SKIP
    descriptor = arguments.descriptor.resolve()
    # Beside the image, because a kept machine links to it.
    directory = pathlib.Path(tempfile.mkdtemp(prefix='resume-', dir=descriptor.parent))
    try:
        check_resume(program(arguments.bootproof), descriptor, directory)
    finally:
        shutil.rmtree(directory)
    return 0


if __name__ == '__main__':
    sys.exit(main())
