#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attach to the machine of a test that runs, in a terminal as a person would: its size and type are the guest's, Ctrl-C is
the guest's, the shell goes on when it is left by the keys and another one comes after it has ended, a second person is
refused, and the test passes. It waits until the shell lets it go on."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from check_verdict import EXIT_STATUS, environment_of_tests, parser_of_check, program, skip_reason, SKIP
from terminal import ANSWER_LIMIT_SECONDS, COLUMNS, expect, ROWS, Terminal

PROMPT = r'# $'
LEAVE = b'\x1d\x1d\x1d'
GO_ON = '/run/go-on'
# Machines are found by it, and others of the same test may run.
NAME = 'RUNNER-ATTACHED'


def declare(descriptor: pathlib.Path, directory: pathlib.Path) -> pathlib.Path:
    declared = json.loads(descriptor.read_text(encoding='utf-8'))
    declared.update(name=NAME, unit=f'{NAME}.service')
    declared['configuration']['command'] = f'sh -c "until [ -e {GO_ON} ]; do sleep 0.2; done"'
    path = directory / f'{NAME}.yaml'
    path.write_text(json.dumps(declared), encoding='utf-8')
    return path


def await_machine(command: list[str], run: subprocess.Popen) -> Terminal:
    deadline = time.monotonic() + ANSWER_LIMIT_SECONDS
    while True:
        expect(run.poll() is None, 'the machine has ended')
        expect(time.monotonic() < deadline, 'nobody could attach')
        terminal = Terminal(command)
        if terminal.find('Ctrl-C goes to the guest'):
            return terminal
        terminal.end()
        time.sleep(0.2)


def leave(terminal: Terminal, keys: bytes, said: str) -> None:
    terminal.press(keys)
    status = terminal.end()
    expect(status == 0 and said in terminal.shown, f'exit status {status}:\n{terminal.shown}')


def check_attach(bootproof: str, run: subprocess.Popen) -> None:
    command = [bootproof, 'attach', NAME]
    terminal = await_machine(command, run)
    terminal.wait_for(PROMPT)
    terminal.say('echo size=$(stty size) type=$TERM tty=$(tty) user=$(id -u)')
    found = terminal.wait_for(r'size=(\d+ \d+) type=(\S+) tty=(\S+) user=(\d+)\s')
    expect(found[1] == f'{ROWS} {COLUMNS}', f"the terminal has the size '{found[1]}'")
    expect(found[2] == 'xterm-256color', f"the terminal is a '{found[2]}'")
    expect(found[3].startswith('/dev/ttyS') and found[3] != '/dev/ttyS0', f"the shell is on '{found[3]}'")
    expect(found[4] == '0', f"the user is '{found[4]}'")
    terminal.wait_for(PROMPT)
    terminal.interrupt()
    terminal.wait_for(PROMPT)
    # What takes the whole screen.
    terminal.say('seq 1000 | less -M')
    terminal.wait_for(r'lines 1-\d+')
    terminal.press(b'q')
    terminal.wait_for(PROMPT)

    another = Terminal(command)
    another.wait_for('Somebody else is attached')
    expect(another.end() == EXIT_STATUS['error'], another.shown)
    terminal.say('mark=left')
    terminal.wait_for(PROMPT)
    leave(terminal, LEAVE, 'comes back to it')

    terminal = Terminal(command)
    terminal.wait_for(PROMPT)
    os.kill(terminal.pid, signal.SIGTERM)
    expect(terminal.end() == EXIT_STATUS['interrupted'], terminal.shown)

    terminal = Terminal(command)
    terminal.wait_for(PROMPT)
    terminal.say('echo mark=${mark-none}.')
    terminal.wait_for(r'mark=left\.\s')
    leave(terminal, b'exit\r', 'The shell has ended')

    terminal = Terminal(command)
    terminal.wait_for(PROMPT)
    terminal.say('echo mark=${mark-none}.')
    terminal.wait_for(r'mark=none\.\s')
    terminal.wait_for(PROMPT)
    leave(terminal, f'>{GO_ON}\r'.encode(), 'The machine has ended')


def main() -> int:
    arguments = parser_of_check(__doc__).parse_args()
    if reason := skip_reason(arguments):
        print(reason)
        return SKIP
    bootproof = program(arguments.bootproof)
    directory = pathlib.Path(tempfile.mkdtemp(prefix='attach-', dir=arguments.descriptor.resolve().parent))
    run = subprocess.Popen(
        [bootproof, 'run', '--machine=vm', '-o', directory, declare(arguments.descriptor, directory)],
        env=environment_of_tests(),
        stdin=subprocess.DEVNULL,
    )
    try:
        check_attach(bootproof, run)
        status = run.wait(ANSWER_LIMIT_SECONDS)
        expect(status == EXIT_STATUS['pass'], f"the test's exit status is {status}")
    finally:
        run.terminate()
        run.wait()
        shutil.rmtree(directory)
    return 0


if __name__ == '__main__':
    sys.exit(main())
