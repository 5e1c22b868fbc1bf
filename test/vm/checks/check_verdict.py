#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run one test and compare the runner's exit status and JUnit file with the verdict that is expected of it."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

SKIP = 77
EXIT_STATUS = {'pass': 0, 'fail': 1, 'timeout': 1, 'skip': SKIP, 'error': 99, 'interrupted': 130}
ELEMENT = {'fail': 'failure', 'timeout': 'failure', 'skip': 'skipped', 'error': 'error', 'interrupted': 'error'}
# What would change the verdict, and is for the person who runs the tests, not for this one.
FOREIGN_VARIABLES = (
    'SYSTEMD_SLOW_TESTS',
    'TEST_SAVE_MACHINE',
    'TEST_SHELL',
    'TEST_SKIP',
)


def verdicts_in(junit: pathlib.Path, name: str) -> set[tuple[str, str]]:
    """(element, reason) of what is wrong with the suite's cases; nothing for a pass."""
    if not junit.exists():
        raise SystemExit(f"'{junit}' was not written")
    suites = [suite for suite in xml.etree.ElementTree.parse(junit).iter('testsuite') if suite.get('name') == name]
    if len(suites) != 1:
        raise SystemExit(f"'{junit}' has {len(suites)} suites called '{name}', expected was 1")
    cases = suites[0].findall('testcase')
    if name not in [case.get('name') for case in cases]:
        raise SystemExit(f"'{junit}' has no case called '{name}'")

    found = set()
    for case in cases:
        for problem in case:
            if problem.tag in ('failure', 'error'):
                found.add((problem.tag, problem.get('type', '')))
            elif problem.tag == 'skipped':
                found.add((problem.tag, problem.get('message', '').partition(': ')[0]))
    # The case that was never reached is skipped beside the one that failed.
    if any(tag != 'skipped' for tag, _ in found):
        found = {(tag, reason) for tag, reason in found if tag != 'skipped'}
    return found


def parser_of_check(description: str | None = None) -> argparse.ArgumentParser:
    """What every check is told: whether it is to run, the runner, and a test."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--off', action='store_true', help='the integration tests are off')
    parser.add_argument('bootproof')
    parser.add_argument('descriptor', type=pathlib.Path)
    return parser


def skip_reason(arguments: argparse.Namespace) -> str | None:
    switches = [os.environ.get(f'{project}_INTEGRATION_TESTS') for project in ('BOOTPROOF', 'SYSTEMD')]
    switch = next((value for value in switches if value), None)
    if switch == '0' or (arguments.off and switch != '1'):
        return 'integration-tests is off (meson configure BUILD -Dintegration-tests=true)'
    image = json.loads(arguments.descriptor.read_text(encoding='utf-8'))['image']
    if not pathlib.Path(image).exists():
        return f"'{image}' is missing (meson compile -C BUILD mkosi)"
    return None


def program(name: str) -> str:
    path = shutil.which(name)
    if not path:
        raise SystemExit(f"there is no program '{name}'")
    return os.path.abspath(path)


def environment_of_tests() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}


def main() -> int:
    parser = parser_of_check()
    parser.add_argument('outcome', choices=EXIT_STATUS)
    parser.add_argument('reason', nargs='?', default='')
    parser.add_argument('text', nargs='?', default='', help='what the report must have in it')
    arguments = parser.parse_args()
    if (arguments.outcome == 'pass') == bool(arguments.reason):
        parser.error('every outcome but pass has a reason')
    if reason := skip_reason(arguments):
        print(reason)
        return SKIP

    descriptor = arguments.descriptor.resolve()
    with tempfile.TemporaryDirectory() as directory:
        junit = pathlib.Path(directory) / 'junit.xml'
        status = subprocess.run(
            [program(arguments.bootproof), 'run', descriptor, f'--gtest_output=xml:{junit}'],
            # The runner looks for its build directory from here on upwards.
            cwd=descriptor.parent,
            env=environment_of_tests(),
            stdin=subprocess.DEVNULL,
            check=False,
        ).returncode
        found = verdicts_in(junit, descriptor.stem)
        is_told = arguments.text in junit.read_text(encoding='utf-8')

    element = ELEMENT.get(arguments.outcome)
    expected = {(element, arguments.reason)} if element else set()
    expected_status = EXIT_STATUS[arguments.outcome]
    print(f'Expected: exit status {expected_status}, {sorted(expected) or "no problem"}')
    print(f'Found:    exit status {status}, {sorted(found) or "no problem"}')
    if not is_told:
        print(f"'{arguments.text}' is not in the report")
    return 0 if (status, found) == (expected_status, expected) and is_told else 1


if __name__ == '__main__':
    sys.exit(main())
