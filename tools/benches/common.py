# SPDX-License-Identifier: LGPL-2.1-or-later
"""What all measures use: runs of the runner, and tables."""

import json
import os
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def table(header, rows):
    print(f"| {' | '.join(header)} |")
    print(f"|{' --- |' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def spread(values, unit, scale=1.0, digits=1):
    shown = [value * scale for value in values]
    return f"{statistics.median(shown):.{digits}f} {unit} ({min(shown):.{digits}f} to {max(shown):.{digits}f})"


class Bench:
    def __init__(self, arguments, scratch):
        self.build = arguments.build_dir.resolve()
        self.runs = arguments.runs
        self.tests = arguments.tests
        self.sizes = arguments.sizes
        self.journal = arguments.journal
        self.scratch = Path(scratch)
        self.bootproof = self.build / "runner" / "bootproof"
        self.stages = self.build / "test" / "bench" / "bench-stages"
        for program in (self.bootproof, self.stages):
            if not program.exists():
                raise SystemExit(f"'{program}' is missing (ninja -C {self.build})")

    def descriptor(self, declared, **changes):
        """A variant of a declared test; one with another 'name' is a test beside it."""
        content = json.loads((self.build / "test" / "descriptors" / f"{declared}.yaml").read_text()) | changes
        path = self.scratch / f"{content['name']}.yaml"
        path.write_text(json.dumps(content))
        return path

    def run(self, descriptor, *options, environment=None, watch=None):
        """Wall time, and peak memory of the runner in KiB; 'watch' gets its process. Ends all where the test does not pass."""
        command = [self.bootproof, "run", "-o", self.scratch / "out", *options, descriptor]
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | (environment or {}),
        )
        if watch:
            watch(process)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            say(errors.decode(errors="replace"))
            raise SystemExit(f"{shlex.join(map(str, command))} ended with status {process.returncode}")
        return time.monotonic() - started, usage.ru_maxrss
