#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kill runners and machines at random moments, while a machine to be forked boots and while a clone of it runs.

Whoever was killed, the run ends at once with a verdict that says so, nothing of it stays behind, and the next run
passes. The moments come from a seed, which is printed, so that what was found can be tried again.
"""

import dataclasses
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import typing

from check_verdict import EXIT_STATUS, environment_of_tests, parser_of_check, program, skip_reason, SKIP, verdicts_in

KILLS_OF_BOOTS = 4
KILLS_OF_CLONES = 12
RUN_LIMIT_SECONDS = 400
# For whoever outlives the one who was killed: the guard's grace for a machine, and a busy host.
LEFTOVER_LIMIT_SECONDS = 30
POLL_SECONDS = 0.005


@dataclasses.dataclass
class Scene:
    bootproof: str
    descriptor: pathlib.Path
    build: pathlib.Path

    def start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [self.bootproof, 'run', '-C', self.build, self.descriptor, f'--gtest_output=xml:{self.junit}'],
            env=environment_of_tests(),
            stdin=subprocess.DEVNULL,
        )

    @property
    def junit(self) -> pathlib.Path:
        return self.build / 'junit.xml'

    def machines(self) -> list[pathlib.Path]:
        """What is saved, and what is half made."""
        return [path for path in self.build.glob('machines/*/machine*') if path.is_dir() and not path.is_symlink()]

    def is_being_saved(self) -> bool:
        # QEMU gets it empty.
        states = [machine / 'state' for machine in self.machines()]
        return any(state.exists() and state.stat().st_size > 0 for state in states)

    def processes(self) -> list[tuple[int, str]]:
        """Everything whose command line names the build directory, which is the scene's own: (pid, program)."""
        found = []
        for path in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                words = (path / 'cmdline').read_bytes().split(b'\0')
            except OSError:
                continue
            if any(os.fsencode(self.build) in word for word in words):
                found.append((int(path.name), pathlib.Path(os.fsdecode(words[0])).name))
        return found

    def machine_process(self) -> int | None:
        return next((pid for pid, name in self.processes() if name.startswith('qemu-system-')), None)


def reason_of_loss(machine: int) -> str:
    """What a run says when this QEMU is killed: clones have the names of their tests, the machine to fork from has not."""
    boots = b'-name\0bootproof\0' in pathlib.Path(f'/proc/{machine}/cmdline').read_bytes()
    return 'boot-failed' if boots else 'machine-killed'


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f'Failed: {what}')


def pass_once(scene: Scene) -> float:
    started = time.monotonic()
    status = scene.start().wait(RUN_LIMIT_SECONDS)
    expect(status == 0, f'a run that nobody disturbed ended with {status}')
    return time.monotonic() - started


def kill_one(scene: Scene, victim: str, is_time: typing.Callable[[float], bool]) -> None:
    scene.junit.unlink(missing_ok=True)
    started = time.monotonic()
    run = scene.start()
    killed = False
    machine = None
    reason = ''
    while run.poll() is None and not killed:
        expect(time.monotonic() - started < RUN_LIMIT_SECONDS, 'the run did not end')
        time.sleep(POLL_SECONDS)
        # Found before it is time, for that takes longer than some moments.
        if machine is None or not pathlib.Path(f'/proc/{machine}').exists():
            machine = scene.machine_process()
        elif is_time(time.monotonic() - started):
            # A boot that is faster than the first was has a clone by now.
            reason = reason_of_loss(machine)
            os.kill(run.pid if victim == 'runner' else machine, signal.SIGKILL)
            killed = True
    status = run.wait(LEFTOVER_LIMIT_SECONDS)
    after = time.monotonic() - started
    print(f'{victim} killed after {after:.2f} s: exit status {status}' if killed else 'The run was faster', flush=True)

    if victim == 'runner' and killed:
        expect(status == -signal.SIGKILL, f'a runner that was killed ended with {status}')
    elif status != 0:
        expect(status == EXIT_STATUS['error'], f'exit status {status} instead of {EXIT_STATUS["error"]}')
        found = verdicts_in(scene.junit, scene.descriptor.stem)
        expect(found == {('error', reason)}, f'{found} instead of {reason}')
    # A machine whose verdict was complete is killed in any case, and then nobody has lost anything.
    else:
        expect(not verdicts_in(scene.junit, scene.descriptor.stem), 'a pass with a problem in its JUnit file')

    deadline = time.monotonic() + LEFTOVER_LIMIT_SECONDS
    while left := scene.processes():
        expect(time.monotonic() < deadline, f'{left} stayed behind')
        time.sleep(POLL_SECONDS)


def check_kills(scene: Scene, choice: random.Random) -> None:
    boot_seconds = pass_once(scene)
    clone_seconds = pass_once(scene)
    print(f'A boot and a clone take {boot_seconds:.1f} s, a clone {clone_seconds:.1f} s', flush=True)

    for number in range(KILLS_OF_CLONES):
        moment = choice.uniform(0, clone_seconds)
        kill_one(scene, ('machine', 'runner')[number % 2], lambda elapsed: elapsed >= moment)
    clone_seconds = pass_once(scene)
    expect(clone_seconds < boot_seconds / 2, f'clones were killed, and then a run took {clone_seconds:.1f} s')

    for number in range(KILLS_OF_BOOTS):
        victim = ('machine', 'runner')[number % 2]
        subprocess.run([scene.bootproof, 'gc', '-C', scene.build], stdout=subprocess.DEVNULL, check=True)
        expect(not scene.machines(), f'{scene.machines()} after gc')
        moment = choice.uniform(0, boot_seconds)
        # Two of them in the moment that matters most.
        is_time = (lambda elapsed: elapsed >= moment) if number < 2 else (lambda elapsed: scene.is_being_saved())
        kill_one(scene, victim, is_time)
    # What the last of them left half made is not used, and goes.
    pass_once(scene)
    expect(len(scene.machines()) == 1, f'{scene.machines()} instead of one machine')


def main() -> int:
    parser = parser_of_check(__doc__)
    parser.add_argument('--seed', type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    if reason := skip_reason(arguments):
        print(reason)
        return SKIP

    print(f'Seed: {arguments.seed}', flush=True)
    descriptor = arguments.descriptor.resolve()
    # Beside the image, because a saved machine links to it.
    with tempfile.TemporaryDirectory(prefix='kills-', dir=descriptor.parent) as directory:
        build = pathlib.Path(directory)
        # What makes it a build directory.
        (build / 'meson-info').mkdir()
        check_kills(Scene(program(arguments.bootproof), descriptor, build), random.Random(arguments.seed))
    return 0


if __name__ == '__main__':
    sys.exit(main())
