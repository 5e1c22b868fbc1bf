# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program in a pseudo-terminal, as a person has it."""

import os
import pty
import re
import select
import signal
import subprocess
import termios
import time

ANSWER_LIMIT_SECONDS = 240
ROWS, COLUMNS = 31, 117
CTRL_A, CTRL_C = b'\x01', b'\x03'


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f'Failed: {what}')


class Terminal:
    """The program, and what it shows."""

    def __init__(self, command: list[str]) -> None:
        self.shown = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            subprocess.run(['stty', 'rows', str(ROWS), 'cols', str(COLUMNS)], check=True)
            os.environ['TERM'] = 'xterm-256color'
            os.execvp(command[0], command)
        self.settings = termios.tcgetattr(self.fd)

    def read(self) -> bool:
        try:
            data = os.read(self.fd, 4096)
        except OSError:
            return False
        self.shown += data.decode(errors='replace')
        return bool(data)

    def find(self, pattern: str) -> re.Match | None:
        """None if it ends before it shows that."""
        deadline = time.monotonic() + ANSWER_LIMIT_SECONDS
        while not (found := re.search(pattern, self.shown)):
            expect(time.monotonic() < deadline, f"'{pattern}' did not appear in:\n{self.shown}")
            ready, _, _ = select.select([self.fd], [], [], 1)
            if ready and not self.read():
                return None
        return found

    def wait_for(self, pattern: str) -> re.Match:
        found = self.find(pattern)
        expect(found, f"it ended before '{pattern}':\n{self.shown}")
        return found

    def say(self, line: str) -> None:
        self.shown = ''
        os.write(self.fd, line.encode() + b'\n')

    def press(self, keys: bytes) -> None:
        self.shown = ''
        os.write(self.fd, keys)

    def interrupt(self) -> None:
        """Ctrl-C for a program, not for a shell that is about to start one: that can lose the terminal to it."""
        self.say("sh -c 'echo sle''eps; exec sleep 1000'")
        self.wait_for('sleeps')
        self.press(CTRL_C)

    def end(self) -> int:
        """Its exit status; the terminal must be as it was."""
        deadline = time.monotonic() + ANSWER_LIMIT_SECONDS
        while True:
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            if ready:
                self.read()
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                expect(termios.tcgetattr(self.fd) == self.settings, 'the terminal is not as it was')
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGTERM)
                expect(False, f'it did not end:\n{self.shown}')
