# SPDX-License-Identifier: LGPL-2.1-or-later
"""The runner by itself: before and after the machine, planning, and reading journals."""

import json
import os
import re
import resource
import shlex
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from benches.common import SOURCE, say, spread, table

JOURNAL_REMOTE = "/usr/lib/systemd/systemd-journal-remote"


class Replay:
    """Runs of a machine that only plays a recorded run, whose journal is a real one, so that reading it costs what it costs."""

    def __init__(self, bench, test, journal):
        self.bench = bench
        self.export = bench.scratch / "journal.export"
        with self.export.open("wb") as file:
            subprocess.run(["journalctl", "--quiet", "--file", journal, "-o", "export"], stdout=file, check=True)
        script = (
            f"connect\njournal {self.export}\nnotify EXIT_STATUS=123\\nX_SYSTEMD_SHUTDOWN=poweroff\n"
            "event SHUTDOWN guest-shutdown\nmark end\nexit 0"
        )
        self.descriptor = bench.descriptor(test, **{"qemu-args": ["--fake-script", script], "reboots": 0})
        self.machine = bench.build / "test" / "process" / "fake-machine"
        # The first run fills the cache of what the host can do.
        self.run()

    def run(self):
        """Nanoseconds before and after the machine, and the runner's peak memory in KiB."""
        scratch = self.bench.scratch
        (scratch / "marks").write_text("")
        started = time.time_ns()
        _, peak = self.bench.run(
            self.descriptor,
            "--machine=vm",
            "--boot=own",
            "--qemu",
            self.machine,
            environment={"FAKE_MACHINE_RECORD": str(scratch)},
        )
        ended = time.time_ns()
        return (scratch / "started").stat().st_mtime_ns - started, ended - (scratch / "marks").stat().st_mtime_ns, peak


def recorded_journal(bench, test):
    journal = bench.build / "test" / "journal" / f"{test}.journal"
    if not journal.exists():
        say(f"Recording a run of {test}, whose journal is to be used")
        bench.run(bench.descriptor(test), "-o", journal.parent)
    return journal


def overhead(bench):
    test = "TEST-76-SYSCTL"
    replay = Replay(bench, test, recorded_journal(bench, test))
    before, after, memory = zip(*[replay.run() for _ in range(bench.runs)])
    print(f"Overhead of the runner, {bench.runs} runs, a journal of {replay.export.stat().st_size // 1024} KiB:\n")
    table(
        ["from", "to", "median (range)"],
        [
            ["start of the runner", "the machine runs", spread(before, "ms", 1e-6)],
            ["the machine ends", "end of the runner", spread(after, "ms", 1e-6)],
            ["", "peak memory of the runner", spread(memory, "MiB", 1 / 1024)],
        ],
    )


def rounds_of(output):
    """What bench-stages says of each round."""
    return [json.loads(line) for line in output.splitlines()]


def planning(bench):
    descriptors = sorted((bench.build / "test" / "descriptors").glob("*.yaml"))
    image = os.environ.get("BOOTPROOF_IMAGE", bench.build / "mkosi.output" / "image.json")
    command = [bench.stages, "plan", "1", SOURCE / "test" / "bench" / "host.yaml", image, *descriptors]
    plan = lambda descriptor: subprocess.check_output([bench.bootproof, "plan", descriptor])
    together, apart = [], []
    for number in range(bench.runs):
        result = rounds_of(subprocess.check_output(command))[0]
        together.append((result["seconds"], result["cpu"]))
        apart.append(timed(*[lambda name=name: plan(name) for name in descriptors]))
        say(f"{number + 1}/{bench.runs}  {together[-1][0]:.2f} s and {apart[-1][0]:.2f} s")
    print(f"The {len(descriptors)} declared tests planned, {bench.runs} runs each, interleaved:\n")
    table(
        ["", "descriptors per second", "and per second on a CPU"],
        [
            [text, *(spread([len(descriptors) / value for value in values], "/s") for values in zip(*times))]
            for text, times in (("by one process, the host known", together), ("by a `bootproof plan` each", apart))
        ],
    )


# What a process may have of memory that is not a file's (RLIMIT_DATA in setrlimit(2)) while it reads a journal.
MEMORY_LIMIT = 32 * 2**20
BOOT_ID = "5f76c17fe4d04717ba406771df52851f"
MACHINE_ID = "addb0b763d384cbf8bc6ee669140fc3a"
UNIT = "TEST-90-BENCH.service"
COREDUMP_ID = "fc2e22bc6ee647b6b90729ab34a250b1"


def journal_process(number):
    """What all lines of a process have in common: its own are those of the test's unit."""
    name = "bash" if number == 0 else f"daemon-{number}"
    unit = UNIT if number == 0 else f"{name}.service"
    return {
        "_TRANSPORT": "stdout",
        "PRIORITY": 6 if number % 4 else 7,
        "SYSLOG_FACILITY": 3,
        "SYSLOG_IDENTIFIER": name,
        "_PID": 400 + number,
        "_UID": 0,
        "_GID": 0,
        "_COMM": name,
        "_EXE": f"/usr/bin/{name}",
        "_CMDLINE": f"/usr/bin/{name} --verbose --log-target=journal",
        "_CAP_EFFECTIVE": "1ffffffffff",
        "_SYSTEMD_CGROUP": f"/system.slice/{unit}",
        "_SYSTEMD_UNIT": unit,
        "_SYSTEMD_SLICE": "system.slice",
        "_SYSTEMD_INVOCATION_ID": f"{number:032x}",
        "_STREAM_ID": f"{number + 4096:032x}",
        "_BOOT_ID": BOOT_ID,
        "_MACHINE_ID": MACHINE_ID,
        "_HOSTNAME": "bench",
        "_RUNTIME_SCOPE": "system",
    }


class JournalWriter:
    """Writes a journal as the runner does, out of an export stream (systemd.io/JOURNAL_EXPORT_FORMATS)."""

    PROCESSES = 40

    def __init__(self, path):
        self.path = path
        self.lines = 0
        self.process = subprocess.Popen(
            [JOURNAL_REMOTE, f"--output={path}", "--split-mode=none", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=2**20,
        )
        self.common = ["".join(f"{name}={value}\n" for name, value in journal_process(i).items()) for i in range(self.PROCESSES)]

    def write(self, process, message, more=""):
        at = 20_000_000 + self.lines * 100
        self.lines += 1
        # Only a text of several lines has to say how long it is.
        text = message.encode()
        field = b"MESSAGE=" + text if b"\n" not in text else b"MESSAGE\n" + len(text).to_bytes(8, "little") + text
        head = f"__REALTIME_TIMESTAMP={1_760_000_000_000_000 + at}\n__MONOTONIC_TIMESTAMP={at}\n{self.common[process]}{more}"
        self.process.stdin.write(head.encode() + field + b"\n\n")

    def evidence(self, number):
        """What the runner looks for: a part of the test, a report of a sanitizer, a core dump."""
        self.write(0, f"--- TEST-90-BENCH.{number}.sh BEGIN ---")
        self.write(1, "==401==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010")
        for frame in range(20):
            self.write(1, f"    #{frame} 0x5581c0de{frame:04x} in function_{frame} ../src/daemon.c:{100 + frame}:9")
        self.write(1, "SUMMARY: AddressSanitizer: heap-use-after-free ../src/daemon.c:100:9 in function_0")
        stack = "".join(f"\n#{frame} 0x000055810000{frame:04x} n/a (daemon-2 + 0x{frame:04x})" for frame in range(20))
        self.write(
            2,
            f"Process 402 (daemon-2) of user 0 dumped core.\n\nStack trace of thread 402:{stack}",
            f"MESSAGE_ID={COREDUMP_ID}\nCOREDUMP_EXE=/usr/bin/daemon-2\nCOREDUMP_SIGNAL=11\nCOREDUMP_PID=402\n",
        )
        self.write(0, f"--- TEST-90-BENCH.{number}.sh END (1s) ---")

    def size(self):
        return sum(file.stat().st_size for file in self.path.parent.glob(f"{self.path.stem}*.journal"))

    def chatter(self, size):
        """Lines that mean nothing, until the files are that large. Every fourth text is one of a few hundred."""
        while self.size() < size:
            for _ in range(5000):
                n = self.lines
                often = f"Reloaded configuration {n % 300}"
                once = f"Handled request {n} for client {n * 7919 % 65536} in {n % 977} us, {n % 13} retries"
                self.write(n % self.PROCESSES, once if n % 4 else often)

    def close(self):
        self.process.stdin.close()
        errors = self.process.stderr.read()
        if self.process.wait() != 0:
            raise SystemExit(f"{JOURNAL_REMOTE} has failed: {errors.decode(errors='replace')}")


def make_journal(path, mib):
    """The number of its lines. What is looked for is at both ends, so that it is not found without reading all."""
    writer = JournalWriter(path)
    writer.chatter(1)
    writer.evidence(1)
    writer.chatter(mib * 2**20)
    writer.evidence(2)
    writer.close()
    return writer.lines


def watch_memory(command):
    """Runs it with little memory; its output, and the peaks in MiB of its own memory and of the files that it has mapped."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT)),
    )
    peaks = {"RssAnon": 0, "RssFile": 0}
    while process.poll() is None:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in peaks:
                peaks[name] = max(peaks[name], int(value.split()[0]) / 1024)
        time.sleep(0.005)
    if process.returncode != 0:
        raise SystemExit(f"{shlex.join(map(str, command))} ended with status {process.returncode}")
    return process.stdout.read(), peaks["RssAnon"], peaks["RssFile"]


# What the replaced wrapper looks for in the lines of the journal.
SANITIZER_SIGNS = [
    re.compile(r"==[0-9]+==.+?\w+Sanitizer has encountered a fatal error"),
    re.compile(r"([0-9]+: runtime error|==[0-9]+==(?!WARNING: ptrace).+?\w+Sanitizer)"),
]


def cpu_seconds():
    """Of ours and of the processes that we have waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def timed(*functions):
    """Seconds, and those of them on a CPU."""
    started, used = time.monotonic(), cpu_seconds()
    for function in functions:
        function()
    return time.monotonic() - started, cpu_seconds() - used


def wrapper_coredumps(journal):
    """What the replaced wrapper runs after every test."""
    output = subprocess.run(["coredumpctl", "--file", journal, "--json=short"], capture_output=True, text=True)
    # It fails where there are none.
    if output.returncode == 0:
        json.loads(output.stdout)


def wrapper_reports(journal):
    """And of what it runs besides, for an image with sanitizers and for TAP."""
    command = ["journalctl", "--output", "short-monotonic", "--no-hostname", "--quiet", "--priority", "info", "--file", journal]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stdout:
            any(sign.search(line) for sign in SANITIZER_SIGNS)
    subtests = ["journalctl", "--file", journal, "--output", "json", "MESSAGE_ID=27479699ef7fb3465eb94a6a2224ac15"]
    subprocess.run(subtests, capture_output=True, text=True)


def require_wrapper_commands():
    for program, package in (("journalctl", "systemd"), ("coredumpctl", "systemd-coredump")):
        if not shutil.which(program):
            raise SystemExit(f"{program} is missing ({package})")


def read_all(bench, path, lines):
    """The runner's seconds, those on a CPU, and its memory."""
    output, memory, files = watch_memory([bench.stages, "read", "1", path, UNIT])
    result = rounds_of(output)[0]
    found = {name: result[name] for name in ("coredumps", "sanitizer_reports", "subtests")}
    if found != dict.fromkeys(found, 2):
        raise SystemExit(f"not all was found in {lines} lines: {result}")
    return result["seconds"], result["cpu"], memory, files


def journal(bench):
    require_wrapper_commands()
    rows = []
    for mib in bench.sizes:
        path = bench.scratch / f"of-{mib}.journal"
        started = time.monotonic()
        lines = make_journal(path, mib)
        say(f"{mib} MiB: {lines} lines written in {time.monotonic() - started:.0f} s")
        ours, theirs = [], []
        files = f"{path.with_suffix('')}*.journal"
        for number in range(bench.runs):
            ours.append(read_all(bench, path, lines))
            theirs.append(timed(lambda: wrapper_coredumps(files), lambda: wrapper_reports(files)))
            say(f"{number + 1}/{bench.runs}  bootproof {ours[-1][0]:.2f} s, the wrapper's commands {theirs[-1][0]:.2f} s")
        seconds, cpu, memory, mapped = zip(*ours)
        their_seconds, their_cpu = zip(*theirs)
        rows.append(
            [
                f"{mib} MiB, {lines} lines",
                spread(seconds, "s", digits=2),
                spread(cpu, "s", digits=2),
                f"{lines / statistics.median(seconds):.0f}",
                spread(memory, "MiB"),
                spread(mapped, "MiB"),
                spread(their_seconds, "s"),
                spread(their_cpu, "s"),
            ]
        )
        for file in bench.scratch.glob(f"{path.stem}*.journal"):
            file.unlink()
    print(f"Journals read, {bench.runs} runs each, interleaved, memory limited to {MEMORY_LIMIT // 2**20} MiB:\n")
    ours = ["the runner", "on a CPU", "lines/s", "memory", "mapped files"]
    table(["journal", *ours, "the wrapper's commands", "on a CPU"], rows)


def postprocess(bench):
    require_wrapper_commands()
    test = bench.journal.stem if bench.journal else "TEST-22-TMPFILES"
    path = bench.journal or recorded_journal(bench, test)
    replay = Replay(bench, test, path)
    declared = bench.build / "test" / "descriptors" / f"{test}.yaml"
    finish = [bench.stages, "finish", "1", path, declared, bench.scratch]
    names = {
        "inside": "the runner: console, journal, verdict, reports",
        "process": "the same by a process of its own",
        "after": "the machine ends until the runner has ended",
        "coredumps": "the wrapper's commands: core dumps",
        "all": "the wrapper's commands: core dumps, sanitizers, subtests",
    }
    times = {name: [] for name in names}
    for _ in range(bench.runs):
        outputs = []
        times["process"].append(timed(lambda: outputs.append(subprocess.check_output(finish))))
        result = rounds_of(outputs[0])[0]
        times["inside"].append((result["seconds"], result["cpu"]))
        times["after"].append((replay.run()[1] / 1e9, None))
        times["coredumps"].append(timed(lambda: wrapper_coredumps(path)))
        times["all"].append(timed(lambda: wrapper_coredumps(path), lambda: wrapper_reports(path)))
    rows = []
    for name, text in names.items():
        seconds, cpu = zip(*times[name])
        rows.append([text, spread(seconds, "ms", 1e3), "" if None in cpu else spread(cpu, "ms", 1e3)])
    lines = sum(1 for line in replay.export.open("rb") if line.startswith(b"__CURSOR="))
    print(f"After {test} ({result['outcome']}), whose journal has {lines} lines, {bench.runs} runs each, interleaved:\n")
    table(["", "median (range)", "on a CPU"], rows)


MEASURES = {
    "overhead": overhead,
    "planning": planning,
    "journal": journal,
    "postprocess": postprocess,
}
