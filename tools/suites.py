#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tools/check and tools/demo do once the packages are there: suites.py check [SUITE…] | suites.py demo"""

import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from steps import Stopped, request_stop, run, say

BUILD = Path('build')
SANITIZE = Path('build-sanitize')
LOGS = BUILD / 'check-logs'

# Suites that need no machine, in Meson's words; 'sanitizers' is them again (lint aside) in another build.
HOST_SUITES = ['unit', 'golden', 'process', 'project']
IMAGE_SUITES = ['vm', 'integration-tests']
ALL_SUITES = [*HOST_SUITES, 'lint', 'sanitizers', *IMAGE_SUITES]

PASSED = {'OK', 'EXPECTEDFAIL'}
SKIPPED = {'SKIP'}
# Of what a failed test said, for whoever sees no more than the end of a CI log: all of a summary of bootproof.
LAST_LINES = 40


@dataclass
class Result:
    name: str
    result: str
    output: str


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    troubles: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def trouble(self, text: str) -> None:
        with self.lock:
            self.failed += 1
            self.troubles.append(text)

    def add(self, suite: str, results: list[Result]) -> None:
        with self.lock:
            for one in results:
                if one.result in PASSED:
                    self.passed += 1
                elif one.result in SKIPPED:
                    self.skipped += 1
                else:
                    self.failed += 1
                    last = [f'    {line}' for line in one.output.splitlines() if line.strip()][-LAST_LINES:]
                    self.troubles.append('\n'.join([f'{suite}: {one.name}: {one.result}', *last]))


def quick_tests() -> list[str]:
    lines = Path('tools/quick-tests').read_text(encoding='utf-8').splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


def results_of(log: Path) -> list[Result]:
    """Of each test in Meson's log; nothing where there is none."""
    if not log.exists():
        return []
    rows = [json.loads(line) for line in log.read_text(encoding='utf-8').splitlines() if line]
    return [Result(row['name'], row['result'], row.get('stdout', '') + row.get('stderr', '')) for row in rows]


def configure(build: Path, options: list[str]) -> bool:
    known = (build / 'meson-private' / 'coredata.dat').exists()
    command = ['meson', 'configure', str(build), *options] if known else ['meson', 'setup', str(build), *options]
    return run(f'{build.name}: configure', command, LOGS / f'{build.name}-configure.log') == 0


def compile_all(build: Path) -> bool:
    return run(f'{build.name}: compile', ['meson', 'compile', '-C', str(build)], LOGS / f'{build.name}-compile.log') == 0


def test(tally: Tally, build: Path, suite: str, *, title: str = '', tests: list[str] | None = None, jobs: int = 0) -> None:
    """Run a suite and count its results. A suite in which nothing is counts as a failure."""
    title = title or suite
    base = f'check-{title.replace(": ", "-")}'
    log = build / 'meson-logs' / f'{base}.json'
    log.unlink(missing_ok=True)
    command = ['meson', 'test', '-C', str(build), '--no-rebuild', '--print-errorlogs', '--logbase', base, '--suite', suite]
    if jobs:
        command += ['--num-processes', str(jobs)]
    status = run(title, command + (tests or []), LOGS / f'{base}.log', show=True)
    results = results_of(log)
    if not results:
        tally.trouble(f'{title}: nothing ran')
    elif status and all(one.result in PASSED | SKIPPED for one in results):
        tally.trouble(f'{title}: meson test ended with status {status}')
    tally.add(title, results)


def check_host(tally: Tally, suites: list[str]) -> None:
    for suite in [*HOST_SUITES, 'lint']:
        if suite in suites:
            test(tally, BUILD, suite)


def check_sanitizers(tally: Tally) -> None:
    # g++'s warnings are unreliable in instrumented code, so they are never errors here. Optimised, such code
    # takes about three times as long to compile, and what runs of it is short.
    options = ['-Db_sanitize=address,undefined', '-Db_lundef=false', '-Dwerror=false', '-Doptimization=0']
    if not configure(SANITIZE, options) or not compile_all(SANITIZE):
        tally.trouble('sanitizers: the build failed')
        return
    for suite in HOST_SUITES:
        test(tally, SANITIZE, suite, title=f'sanitizers: {suite}')


def build_image() -> bool:
    return run('image', ['meson', 'compile', '-C', str(BUILD), 'mkosi'], LOGS / 'image.log') == 0


def check_image(tally: Tally, suites: list[str]) -> None:
    # A machine without hardware virtualisation keeps more than a CPU busy, but not all of the time.
    jobs = max(2, (os.cpu_count() or 1) // 2)
    if 'vm' in suites:
        test(tally, BUILD, 'vm', jobs=jobs)
    if 'integration-tests' in suites:
        test(tally, BUILD, 'integration-tests', tests=quick_tests(), jobs=jobs)


def check_all(tally: Tally, suites: list[str]) -> None:
    werror = 'true' if os.environ.get('CI') == 'true' else 'false'
    if not configure(BUILD, ['-Dintegration-tests=true', f'-Dwerror={werror}']) or not compile_all(BUILD):
        tally.trouble('The build failed')
        return
    wants_image = any(suite in IMAGE_SUITES for suite in suites)
    # The image is mostly waited for (packages, the disk), so the rest goes on beside it.
    with ThreadPoolExecutor(1) as beside:
        image = beside.submit(build_image) if wants_image else None
        check_host(tally, suites)
        if 'sanitizers' in suites:
            check_sanitizers(tally)
        has_image = image.result() if image else False
    # Machines have the host to themselves: their deadlines are in seconds.
    if wants_image and has_image:
        check_image(tally, suites)
    elif wants_image:
        tally.trouble('The image could not be built, so no test in it ran')


def check(suites: list[str]) -> int:
    unknown = [suite for suite in suites if suite not in ALL_SUITES]
    if unknown:
        print(f"Unknown suite '{unknown[0]}' (suites: {', '.join(ALL_SUITES)})", file=sys.stderr)
        return 2
    tally = Tally()
    check_all(tally, suites or ALL_SUITES)
    say('')
    for trouble in tally.troubles:
        say(f'FAILED {trouble}')
    say(f'{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped')
    return 0 if tally.passed and not tally.failed else 1


def demo() -> int:
    if not configure(BUILD, ['-Dintegration-tests=true']) or not compile_all(BUILD) or not build_image():
        return 1
    names = quick_tests()
    log = BUILD / 'meson-logs' / 'testlog.json'
    log.unlink(missing_ok=True)
    command = ['meson', 'test', '-C', str(BUILD), '--no-rebuild', '--print-errorlogs', '--suite', 'integration-tests', *names]
    status = run('tests', command, LOGS / 'demo.log', show=True)
    results = results_of(log)
    say('\nResults:')
    for one in results:
        say(f'  {one.result:10} {one.name.split(" / ")[-1]}')
    journals = [BUILD / 'test' / 'journal' / f'{name}.journal' for name in names]
    for journal in journals:
        if journal.exists():
            say(f'Journal: {journal}')
    say(f'JUnit: {log.with_suffix(".junit.xml")}')
    say('More: meson test -C build --suite integration-tests')
    return status or (0 if results else 1)


def stop(number: int, _frame: object) -> None:
    # Once is enough: a second signal must not interrupt the cleaning up.
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(caught, signal.SIG_IGN)
    # Whoever holds the lock of say() is what this handler has interrupted.
    os.write(1, f'\nStopping ({signal.Signals(number).name})\n'.encode())
    request_stop()


def main(arguments: list[str]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        if arguments[:1] == ['check']:
            return check(arguments[1:])
        if arguments == ['demo']:
            return demo()
    except Stopped:
        return 130
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
