# SPDX-License-Identifier: LGPL-2.1-or-later
"""One test in each way to boot, and against mkosi."""

import json
import os
import shlex
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from benches.common import SOURCE, say, spread, table

MKOSI_LIMIT_SECONDS = 900
# Without vsock mkosi does not learn how the test has ended.
MKOSI_SIGN = "The test ended with"

# What of a descriptor makes each way to boot.
WAYS = {
    "linux-noinitrd, shutdown: fast": {"firmware": "linux-noinitrd", "shutdown": "fast"},
    "linux-noinitrd": {"firmware": "linux-noinitrd"},
    "linux": {"firmware": "linux"},
    "uefi": {"firmware": "uefi"},
}


def boot(bench):
    test = "TEST-76-SYSCTL"
    times = {way: [] for way in WAYS}
    for number in range(bench.runs):
        for way, changes in WAYS.items():
            times[way].append(bench.run(bench.descriptor(test, **changes), "--machine=vm")[0])
            say(f"{number + 1}/{bench.runs}  {way}: {times[way][-1]:.1f} s")
    fastest = statistics.median(next(iter(times.values())))
    print(f"{test} from start to verdict, {bench.runs} runs each, interleaved:\n")
    table(
        ["way", "median (range)", "ratio"],
        [[way, spread(values, "s"), f"{statistics.median(values) / fastest:.2f}"] for way, values in times.items()],
    )


# What the replaced wrapper adds to the unit of a test.
DROP_IN = "[Unit]\nSuccessAction=exit\nSuccessActionExitStatus=123\nFailureAction=exit\n"


def mkosi_options(bench, output, test, drop_in):
    """What mkosi is told for either kind of machine."""
    return [
        "mkosi",
        f"--directory={SOURCE}",
        f"--output-dir={output}",
        f"--cache-dir={bench.build / 'mkosi.cache'}",
        f"--workspace-dir={bench.build / 'mkosi.workspace'}",
        "--ephemeral=yes",
        # mkosi splits credentials at blanks.
        f"--credential={shlex.quote(f'systemd.unit-dropin.{test}.service={drop_in}')}",
    ]


def compare(bench, ours, theirs):
    """Seconds of each, interleaved: 'ours' runs and times itself, 'theirs' is mkosi's command and what shows that it passed."""
    command, passed = theirs
    times = [], []
    for number in range(bench.runs):
        times[0].append(ours())
        started = time.monotonic()
        # mkosi takes descriptors above 2 for sockets that it was handed, and QEMU wants a terminal or none.
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=MKOSI_LIMIT_SECONDS
        )
        times[1].append(time.monotonic() - started)
        if not passed(result):
            say((result.stdout + result.stderr)[-3000:])
            raise SystemExit(f"the test did not pass in mkosi (status {result.returncode})")
        say(f"{number + 1}/{bench.runs}  bootproof {times[0][-1]:.2f} s, mkosi {times[1][-1]:.2f} s")
    return times


def comparison_table(ours, name, theirs):
    ratio = statistics.median(theirs) / statistics.median(ours)
    table(
        ["", "start to end", "ratio"],
        [["bootproof run", spread(ours, "s"), "1"], [name, spread(theirs, "s"), f"{ratio:.2f}"]],
    )


def mkosi_command(bench, test):
    """What the replaced wrapper would run: the same unit, firmware, memory and kernel arguments."""
    plan = subprocess.run(
        [bench.bootproof, "plan", "--machine=vm", bench.descriptor(test, firmware="linux")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # One option a line; the kernel command line without what the image brings itself.
    words = shlex.split(plan[plan.index("TMPDIR=") :].replace("\\\n", " "))
    line = words[words.index("-append") + 1].split()
    # Its last root= counts, and the image's own is only filled in for its UKI.
    root = json.loads((bench.build / "mkosi.output" / "image.json").read_text())["root"]
    extra = [f"root={root}", *[word for word in line[line.index("console=ttyS0") + 1 :] if "bootproof" not in word]]
    drop_in = (
        f"{DROP_IN}[Service]\nStandardOutput=journal+console\nExecStopPost=sh -c 'echo {MKOSI_SIGN} $SERVICE_RESULT'\n"
    )
    return [
        *mkosi_options(bench, bench.build / "mkosi.output", test, drop_in),
        "--qemu-kvm=no",
        "--qemu-vsock=no",
        "--qemu-swtpm=no",
        "--qemu-firmware=linux",
        "--qemu-smp=2",
        "--qemu-mem=2G",
        "--runtime-network=none",
        f"--kernel-command-line-extra={' '.join(extra)}",
        "qemu",
    ]


def mkosi(bench):
    test = "TEST-76-SYSCTL"
    if not shutil.which("mkosi"):
        raise SystemExit("mkosi is missing")
    ours, theirs = compare(
        bench,
        lambda: bench.run(bench.descriptor(test, firmware="linux"), "--machine=vm")[0],
        (mkosi_command(bench, test), lambda result: f"{MKOSI_SIGN} success" in result.stdout),
    )
    print(f"{test} by direct boot with initrd, {bench.runs} runs each, interleaved:\n")
    comparison_table(ours, "mkosi qemu", theirs)


def container_phases(bench, descriptor, test):
    """Milliseconds from the runner's start to PID 1 and to the unit's start, from its end to the verdict, and in all."""
    started = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    bench.run(descriptor, "--machine=container")
    ended = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    journal = bench.scratch / "out" / f"{test}.journal"
    lines = subprocess.run(
        ["journalctl", "--quiet", "--file", journal, "--output=json"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    manager = unit_start = unit_end = None
    # The clock of a container is the host's.
    for entry in map(json.loads, lines):
        at = int(entry["__MONOTONIC_TIMESTAMP"])
        message = entry.get("MESSAGE", "")
        if isinstance(message, str) and message.startswith("UserspaceTimestampMonotonic="):
            manager = int(message.partition("=")[2])
        if entry.get("UNIT") == f"{test}.service":
            unit_start = unit_start or at
            unit_end = at
    return [(end - start) / 1000 for start, end in [(started, manager), (started, unit_start), (unit_end, ended), (started, ended)]]


def mkosi_boot_command(bench, test):
    """What the replaced wrapper would run for a test that needs no virtual machine."""
    command = [
        *mkosi_options(bench, bench.build / "mkosi.output" / "image.tree", test, DROP_IN),
        "--format=directory",
        "--output=root",
        "boot",
        "--register=no",
        "--keep-unit",
        "--console=pipe",
        "--private-network",
        "--suppress-sync=yes",
        f"--setenv=SYSTEMD_UNIT_PATH=/usr/lib/systemd/tests/testdata/{test}.units:/usr/lib/systemd/tests/testdata/units:",
        f"systemd.unit={test}.service",
        "systemd.mask=systemd-networkd-wait-online.service",
    ]
    # systemd-nspawn wants the unified hierarchy, whatever the host has.
    script = (
        "mount -t cgroup2 none /sys/fs/cgroup; mkdir -p /sys/fs/cgroup/bootproof-bench;"
        'echo 0 >/sys/fs/cgroup/bootproof-bench/cgroup.procs; status=0; "$@" || status=$?;'
        "echo 0 >/sys/fs/cgroup/cgroup.procs; find /sys/fs/cgroup/bootproof-bench -depth -type d -exec rmdir {} +; exit $status"
    )
    return ["unshare", "--mount", "sh", "-euc", script, "sh", *command]


def at_once(bench, test, count):
    """Seconds for that many containers, in a row and at once."""
    descriptors = [bench.descriptor(test, name=f"BENCH-{number}") for number in range(count)]
    started = time.monotonic()
    for descriptor in descriptors:
        bench.run(descriptor, "--machine=container")
    in_a_row = time.monotonic() - started
    started = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda descriptor: bench.run(descriptor, "--machine=container"), descriptors))
    return in_a_row, time.monotonic() - started


def container(bench):
    test = "TEST-76-SYSCTL"
    noop = bench.descriptor(
        test,
        name="BENCH-NOOP",
        unit="BENCH-NOOP.service",
        configuration={"command": "systemctl show --property=UserspaceTimestampMonotonic"},
    )
    phases = []

    def run_containers():
        phases.append(container_phases(bench, noop, "BENCH-NOOP"))
        return bench.run(bench.descriptor(test), "--machine=container")[0]

    ours, theirs = compare(
        bench, run_containers, (mkosi_boot_command(bench, test), lambda result: result.returncode == 123)
    )
    print(f"A container with a unit that does next to nothing, {bench.runs} runs:\n")
    names = [
        ("start of the runner", "start of PID 1"),
        ("start of the runner", "start of the unit"),
        ("end of the unit", "end of the runner"),
        ("start of the runner", "end of the runner"),
    ]
    table(
        ["from", "to", "median (range)"],
        [[*name, spread([run[i] for run in phases], "ms")] for i, name in enumerate(names)],
    )
    print(f"{test} in a container, {bench.runs} runs each, interleaved:\n")
    comparison_table(ours, "mkosi boot", theirs)
    rows = [at_once(bench, test, 8) for _ in range(3)]
    print(f"{test}, eight containers, 3 runs each, on {os.cpu_count()} CPUs:\n")
    table(
        ["", "start to end"],
        [["in a row", spread([row[0] for row in rows], "s")], ["at once", spread([row[1] for row in rows], "s")]],
    )


MEASURES = {
    "boot": boot,
    "mkosi": mkosi,
    "container": container,
}
