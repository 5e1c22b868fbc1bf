# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forked tests against those with a boot of their own."""

import os
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benches.common import say, spread, table

CLONE_MEMORY = "1G"
FORK = ["--machine=vm", "--boot=fork"]
NOOP = {"name": "BENCH-NOOP", "unit": "BENCH-NOOP.service", "configuration": {"command": "true"}}


def milliseconds_to(events, name):
    """From the start of the machine, as the runner wrote it down."""
    line = next(line for line in events.read_text().splitlines() if line.split()[1:3] == ["qmp", name])
    return float(line.split()[0]) * 1000


def qemu_of(runner):
    """The process of the machine that a runner has started."""
    children = Path(f"/proc/{runner}/task/{runner}/children").read_text().split()
    return next((child for child in children if "qemu" in os.readlink(f"/proc/{child}/exe")), None)


def memory_of(process):
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"the memory of process {process} is not known")


def disk_of(process):
    """What its files without a name take."""
    files = [entry for entry in Path(f"/proc/{process}/fd").iterdir() if os.readlink(entry).endswith("(deleted)")]
    return sum({os.stat(file).st_ino: os.stat(file).st_blocks for file in files}.values()) * 512 / 2**20


def clones(bench, test, count):
    """Of clones at a time: seconds until all have passed, and MiB of memory and disk of each while their units run."""
    seconds = 6 + 2 * count
    wait = {"configuration": {"command": f"sleep {seconds}"}, "unit": "BENCH-WAIT.service", "memory": CLONE_MEMORY}
    command = [bench.bootproof, "run", "-C", bench.build, "-o", bench.scratch / "out", *FORK]
    waiting = [
        subprocess.Popen([*command, bench.descriptor(test, name=f"BENCH-WAIT-{i}", **wait)], stderr=subprocess.DEVNULL)
        for i in range(count)
    ]
    # All units run by now, and none has ended.
    time.sleep(seconds - 1)
    machines = [qemu_of(runner.pid) for runner in waiting]
    memory = [memory_of(machine) for machine in machines]
    disk = [disk_of(machine) for machine in machines]
    if any(runner.wait() for runner in waiting):
        raise SystemExit("a clone failed")
    noop = NOOP | {"memory": CLONE_MEMORY}
    descriptors = [bench.descriptor(test, **noop | {"name": f"BENCH-NOOP-{i}"}) for i in range(count)]
    started = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda descriptor: bench.run(descriptor, "-C", bench.build, *FORK), descriptors))
    return time.monotonic() - started, memory, disk


def fork(bench):
    test = "TEST-76-SYSCTL"
    noop = bench.descriptor(test, **NOOP)
    real = bench.descriptor(test)
    # The machine is there from now on.
    bench.run(noop, "-C", bench.build, *FORK)
    times = {name: [] for name in ("own", "fork", "noop", "restore")}
    for number in range(bench.runs):
        times["own"].append(bench.run(real, "--machine=vm", "--boot=own")[0])
        times["fork"].append(bench.run(real, "-C", bench.build, *FORK)[0])
        times["noop"].append(bench.run(noop, "-C", bench.build, *FORK)[0])
        times["restore"].append(milliseconds_to(bench.scratch / "out" / "BENCH-NOOP.run" / "events.log", "RESUME"))
        say(f"{number + 1}/{bench.runs}  own {times['own'][-1]:.1f} s, forked {times['fork'][-1]:.1f} s")
    print(f"Start to verdict, {bench.runs} runs each, interleaved:\n")
    ratio = statistics.median(times["own"]) / statistics.median(times["fork"])
    table(
        ["", "median (range)", "ratio"],
        [
            [f"{test}, forked", spread(times["fork"], "s"), "1"],
            [f"{test}, a boot of its own", spread(times["own"], "s"), f"{ratio:.2f}"],
            ["a unit that does nothing, forked", spread(times["noop"], "s"), ""],
            ["QEMU's start until the guest goes on", spread(times["restore"], "ms"), ""],
        ],
    )
    # The machine of the clones, which is another for its memory.
    bench.run(bench.descriptor(test, **NOOP | {"memory": CLONE_MEMORY}), "-C", bench.build, *FORK)
    rows = []
    for count in (1, 2, 4, 8):
        seconds, memory, disk = clones(bench, test, count)
        rows.append([str(count), f"{seconds:.1f} s", spread(memory, "MiB"), spread(disk, "MiB")])
    print(f"Clones at a time on {os.cpu_count()} CPUs, of a machine with {CLONE_MEMORY} of memory:\n")
    table(["clones", "a unit that does nothing, all", "memory of each (PSS)", "disk of each"], rows)


def left_behind():
    """What a run must not leave: processes, directories, nameless files, locks; and MiB of memory that are free."""
    processes = [
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/comm")
        if path.exists() and path.read_text().startswith(("qemu", "bootproof", "swtpm"))
    ]
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", f"/tmp/bootproof-{os.geteuid()}"))
    directories = [path.name for path in runtime.iterdir() if path.is_dir() and "BENCH" in path.name]
    files = [path.name for path in Path(os.environ.get("TMPDIR", "/var/tmp")).glob("bootproof.*")]
    locks = len(Path("/proc/locks").read_text().splitlines())
    memory = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in Path("/proc/meminfo").read_text().splitlines()}
    return [len(processes), len(directories), len(files), locks], memory["MemAvailable"]


def endure(bench):
    noop = bench.descriptor("TEST-76-SYSCTL", **NOOP)
    run = lambda: bench.run(noop, "-C", bench.build, *FORK)[0]
    run()
    before, memory_before = left_behind()
    times = []
    for number in range(bench.runs):
        times.append(run())
        if number % 20 == 19:
            say(f"{number + 1}/{bench.runs}  {times[-1]:.1f} s")
    after, memory_after = left_behind()
    print(f"{bench.runs} forks of a unit that does nothing, in a row: {spread(times, 's')}; none failed.\n")
    names = ["processes", "run directories", "files without a run", "locks on the host"]
    rows = [[name, str(a), str(b)] for name, a, b in zip(names, before, after)]
    rows.append(["memory that is available", f"{memory_before:.0f} MiB", f"{memory_after:.0f} MiB"])
    table(["", "before", "after"], rows)
    if before[:3] != after[:3]:
        raise SystemExit("Something was left behind")


def suite_run(bench, test, how):
    command = [bench.bootproof, "run", "-C", bench.build, "--machine=vm", f"--boot={how}", "-o", bench.scratch / how, test]
    started = time.monotonic()
    status = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    words = {0: "pass", 1: "fail", 77: "skip"}
    say(f"{test}  {how}: {words.get(status, f'status {status}')} in {time.monotonic() - started:.0f} s")
    return words.get(status, f"status {status}"), time.monotonic() - started


def suite(bench):
    if not bench.tests:
        raise SystemExit("suite needs --tests")
    results, totals = {}, {}
    for how in ("own", "fork"):
        # The first boot belongs to what forks cost.
        subprocess.run([bench.bootproof, "gc", "-C", bench.build], check=True, stdout=subprocess.DEVNULL)
        started = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            results[how] = list(pool.map(lambda test: suite_run(bench, test, how), bench.tests))
        totals[how] = time.monotonic() - started
    rows = [
        [test, *(f"{verdict} {seconds:.0f} s" for verdict, seconds in (own, forked))]
        for test, own, forked in zip(bench.tests, results["own"], results["fork"])
    ]
    rows.append(["all, two at a time", f"{totals['own']:.0f} s", f"{totals['fork']:.0f} s ({totals['own'] / totals['fork']:.1f} times less)"])
    table(["test", "a boot of its own", "forked"], rows)


def rounds(bench):
    if not bench.tests:
        raise SystemExit("rounds needs --tests")
    results = {test: [] for test in bench.tests}
    for number in range(bench.runs):
        say(f"Round {number + 1} of {bench.runs}")
        with ThreadPoolExecutor(2) as pool:
            for test, result in zip(bench.tests, pool.map(lambda test: suite_run(bench, test, "fork"), bench.tests)):
                results[test].append(result)
    rows = []
    for test, runs in results.items():
        verdicts = [verdict for verdict, _ in runs]
        counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in sorted(set(verdicts)))
        rows.append([test, counts, spread([seconds for _, seconds in runs], "s")])
    print(f"Forked, {bench.runs} rounds in a row, two tests at a time:\n")
    table(["test", "verdicts", "start to verdict"], rows)


MEASURES = {
    "fork": fork,
    "endure": endure,
    "rounds": rounds,
    "suite": suite,
}
