# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that take long: their output goes to a log, and the terminal is never silent for long."""

import os
import shlex
import signal
import subprocess
import threading
import time
from pathlib import Path

HEARTBEAT = 20
GRACE = 15

_print_lock = threading.Lock()
_running: set[subprocess.Popen] = set()
_stopping = threading.Event()


class Stopped(Exception):
    """A signal ended the run."""


def say(text: str) -> None:
    with _print_lock:
        print(text, flush=True)


def request_stop() -> None:
    """Ask what runs to end; whoever waits for it kills it when it does not. To be called by a signal's handler."""
    _stopping.set()
    for process in list(_running):
        _signal_group(process, signal.SIGTERM)


def _signal_group(process: subprocess.Popen, number: int) -> None:
    # A process that was waited for has no group any more, and its number may be another's.
    if process.poll() is None:
        os.killpg(process.pid, number)


def _copy_output(process: subprocess.Popen, name: str, log: Path, show: bool, state: dict) -> None:
    with log.open('w', encoding='utf-8', errors='replace') as file:
        for line in process.stdout:
            file.write(line)
            file.flush()
            text = line.strip()
            if not text:
                continue
            state['last'] = text
            if show:
                say(f'[{name}] {line.rstrip()}')
                state['said'] = time.monotonic()


def _watch(process: subprocess.Popen, name: str, state: dict) -> None:
    """A line now and then while the process runs."""
    start = time.monotonic()
    asked = None
    while True:
        try:
            process.wait(1)
            return
        except subprocess.TimeoutExpired:
            now = time.monotonic()
        if _stopping.is_set():
            asked = asked or now
            if now - asked > GRACE:
                _signal_group(process, signal.SIGKILL)
        elif now - state['said'] >= HEARTBEAT:
            say(f'[{name}] {now - start:.0f} s … {state["last"][:100]}')
            state['said'] = now


def run(name: str, command: list[str], log: Path, *, show: bool = False) -> int:
    """Run a command to its end and return its exit status. Its output goes to 'log', and with 'show' to the terminal, too;
    otherwise the end of it is shown when the command fails."""
    if _stopping.is_set():
        raise Stopped
    log.parent.mkdir(parents=True, exist_ok=True)
    say(f'[{name}] + {shlex.join(command)}')
    start = time.monotonic()
    state = {'said': start, 'last': ''}
    # A session of its own, so that Ctrl-C reaches us alone and everything is ended in order.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors='replace',
        start_new_session=True,
    )
    _running.add(process)
    if _stopping.is_set():
        _signal_group(process, signal.SIGTERM)
    copier = threading.Thread(target=_copy_output, args=(process, name, log, show, state), daemon=True)
    copier.start()
    _watch(process, name, state)
    _running.discard(process)
    # A daemon that kept the pipe must not hold us up.
    copier.join(GRACE)
    if _stopping.is_set():
        raise Stopped
    if process.returncode and not show:
        for line in log.read_text(encoding='utf-8', errors='replace').splitlines()[-40:]:
            say(f'[{name}] {line}')
    outcome = 'done' if process.returncode == 0 else f'exit status {process.returncode} (log: {log})'
    say(f'[{name}] {outcome}, {time.monotonic() - start:.0f} s')
    return process.returncode
