# SPDX-License-Identifier: LGPL-2.1-or-later
"""One test by each backend that can run it here, on the same image."""

import statistics
import subprocess
import threading
import time
import xml.etree.ElementTree
from pathlib import Path

from benches.common import say, spread, table
from benches.forks import memory_of

BACKENDS = ("qemu", "mkosi", "vmspawn", "libvirt")
# Daemons that run the machine for a backend, and are nobody's children.
DAEMONS = ("libvirtd", "virtqemud", "virtlogd")
# What is measured, its unit, and its digits.
COLUMNS = {
    "start to machine": ("s", 2),
    "boot": ("s", 1),
    "start to verdict": ("s", 1),
    "memory of the machine": ("MiB", 0),
    "memory of the others": ("MiB", 0),
}
LOOK_SECONDS = 0.01
WEIGH_SECONDS = 0.5


def processes():
    return {entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()}


def name_of(process):
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def is_machine(process):
    """QEMU with a channel of the runner's: some are started only to ask what they can do."""
    try:
        return name_of(process).startswith("qemu-system") and b"virtserialport" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def descendants(process):
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return set()
    return set(children).union(*(descendants(child) for child in children))


def weigh(members):
    """MiB of those that are still there."""
    total = 0
    for process in members:
        try:
            total += memory_of(process)
        except (OSError, SystemExit):
            continue
    return total


class Watch:
    """Looks at a run from outside: when there was a machine, and what it and the others take of memory at most."""

    def __init__(self):
        self.before = processes()
        self.started = time.monotonic()
        self.until_machine = None
        self.machine = 0
        self.others = 0
        self.thread = None

    def __call__(self, runner):
        self.thread = threading.Thread(target=self.look, args=(runner.pid,), daemon=True)
        self.thread.start()

    def look(self, runner):
        machine = None
        while machine is None:
            if name_of(runner) != "bootproof":
                return
            machine = next((process for process in processes() - self.before if is_machine(process)), None)
            time.sleep(LOOK_SECONDS)
        self.until_machine = time.monotonic() - self.started
        while is_machine(machine):
            self.machine = max(self.machine, weigh([machine]))
            daemons = {process for process in processes() if name_of(process) in DAEMONS}
            self.others = max(self.others, weigh((descendants(runner) | daemons) - {machine}))
            time.sleep(WEIGH_SECONDS)


def can_run(bench, backend, descriptor):
    done = subprocess.run(
        [bench.bootproof, "plan", "--machine=vm", f"--backend={backend}", descriptor],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        say(f"{backend}: {done.stderr.strip()}")
    return done.returncode == 0


def measure(bench, backend, descriptor):
    junit = bench.scratch / "backend.xml"
    watch = Watch()
    seconds, _ = bench.run(descriptor, "--machine=vm", f"--backend={backend}", f"--gtest_output=xml:{junit}", watch=watch)
    watch.thread.join()
    suite = xml.etree.ElementTree.parse(junit).find("testsuite")
    cases = {case.get("name"): float(case.get("time")) for case in suite.iter("testcase")}
    measured = (watch.until_machine, cases["boot"], seconds, watch.machine, watch.others)
    return dict(zip(COLUMNS, measured, strict=True))


def backends(bench):
    test = "TEST-76-SYSCTL"
    # All of them can do this one.
    descriptor = bench.descriptor(test, firmware="linux")
    results = {backend: [] for backend in BACKENDS if can_run(bench, backend, descriptor)}
    for number in range(bench.runs):
        for backend, rows in results.items():
            rows.append(measure(bench, backend, descriptor))
            say(f"{number + 1}/{bench.runs}  {backend}: {rows[-1]['start to verdict']:.1f} s")
    fastest = min(statistics.median(row["start to verdict"] for row in rows) for rows in results.values())
    print(f"{test} by direct boot with initrd, {bench.runs} runs each, interleaved:\n")
    table(
        ["backend", *COLUMNS, "ratio"],
        [
            [
                f"`{backend}`",
                *(spread([row[name] for row in rows], unit, digits=digits) for name, (unit, digits) in COLUMNS.items()),
                f"{statistics.median(row['start to verdict'] for row in rows) / fastest:.2f}",
            ]
            for backend, rows in results.items()
        ],
    )


MEASURES = {
    "backends": backends,
}
