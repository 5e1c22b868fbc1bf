#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Use `bootproof shell` as a person would, in a terminal: its size and type are the guest's, the line can be edited,
Ctrl-C is the guest's, a program may take the whole screen, and after the end, however it comes, the terminal is as it was."""

import os
import pathlib
import shutil
import signal
import sys
import tempfile

from check_verdict import EXIT_STATUS, parser_of_check, program, skip_reason, SKIP
from terminal import COLUMNS, CTRL_A, expect, ROWS, Terminal

PROMPT = r'# $'
# Readline's: to the beginning of the line, and to its end.
HOME, END = b'\x01', b'\x05'


def check_shell(bootproof: str, descriptor: pathlib.Path, output: pathlib.Path) -> None:
    command = [bootproof, 'shell', '--machine=vm', '-o', str(output), str(descriptor)]
    terminal = Terminal(command)
    terminal.wait_for('Ctrl-A X ends the machine')
    terminal.wait_for(PROMPT)
    terminal.say('echo size=$(stty size) type=$TERM')
    found = terminal.wait_for(r'size=(\d+ \d+) type=(\S+)\s')
    expect(found[1] == f'{ROWS} {COLUMNS}', f"the terminal has the size '{found[1]}'")
    expect(found[2] == 'xterm-256color', f"the terminal is a '{found[2]}'")

    # QEMU's escape character reaches the guest when it is typed twice.
    terminal.press(b'cho edited' + HOME + HOME + b'e' + END + b'\r')
    terminal.wait_for(r'2004l\s*edited\s')
    terminal.wait_for(PROMPT)
    terminal.interrupt()
    terminal.wait_for(PROMPT)
    # Whatever draws all of the screen asks for its size and the type's sequences.
    terminal.say('journalctl --no-hostname')
    terminal.wait_for(r'lines 1-\d+')
    terminal.press(b'q')
    terminal.wait_for(PROMPT)
    terminal.press(CTRL_A + b'x')
    status = terminal.end()
    expect(status == 0, f'exit status {status}:\n{terminal.shown}')

    terminal = Terminal(command)
    # QEMU has taken the terminal by then.
    terminal.wait_for('login: root')
    os.kill(terminal.pid, signal.SIGTERM)
    status = terminal.end()
    expect(status == EXIT_STATUS['interrupted'], f'exit status {status}:\n{terminal.shown}')


def main() -> int:
    arguments = parser_of_check(__doc__).parse_args()
    if reason := skip_reason(arguments):
        print(reason)
        return SKIP
    directory = pathlib.Path(tempfile.mkdtemp(prefix='shell-'))
    try:
        check_shell(program(arguments.bootproof), arguments.descriptor.resolve(), directory)
    finally:
        shutil.rmtree(directory)
    return 0


if __name__ == '__main__':
    sys.exit(main())
