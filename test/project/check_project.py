#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Set the sample project up, run its tests with real Meson, and compare all that comes out with expected.yaml."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE / 'sample'
CHECK_VERDICT = HERE.parent / 'vm' / 'checks' / 'check_verdict.py'
# The outcome of the sample is not to depend on what the person who runs the tests has set, or on the Meson around us.
FOREIGN_VARIABLES = re.compile(r'(BOOTPROOF|MESON|MTEST|SYSTEMD|TEST)_.*|MESONINTROSPECT|NINJA')


class Mismatch(Exception):
    pass


def compare(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Mismatch(f'{what}:\n  found    {found!r}\n  expected {expected!r}')


def read_expected(section: str, source: pathlib.Path = SAMPLE) -> object:
    text = (HERE / 'expected.yaml').read_text(encoding='utf-8')
    document = json.loads(re.sub(r'(?m)^#.*', '', text))

    def replace(value: object) -> object:
        if isinstance(value, dict):
            return {replace(key): replace(item) for key, item in value.items()}
        if isinstance(value, list):
            return [replace(item) for item in value]
        if value == '@ANY@':
            return document['any-string']
        return value.replace('@SOURCE@', str(source)) if isinstance(value, str) else value

    return replace(document[section])


class Project:
    """The sample, or a changed copy of it, in a directory that is removed in the end."""

    def __init__(self, programs: argparse.Namespace, declaration: str = '') -> None:
        self.directory = tempfile.TemporaryDirectory(prefix='sample-')
        root = pathlib.Path(self.directory.name)
        self.build = root / 'build'
        self.source = SAMPLE
        if declaration:
            self.source = root / 'source'
            shutil.copytree(SAMPLE, self.source)
            meson_build = self.source / 'meson.build'
            before, last, after = meson_build.read_text(encoding='utf-8').rpartition("subdir('descriptors')")
            meson_build.write_text(f'{before}integration_tests += {declaration}\n{last}{after}', encoding='utf-8')
        self.native = root / 'native.ini'
        self.native.write_text(f"[binaries]\nbootproof = '{programs.bootproof}'\n", encoding='utf-8')
        self.environment = {name: value for name, value in os.environ.items() if not FOREIGN_VARIABLES.fullmatch(name)}
        self.environment['BOOTPROOF_QEMU'] = str(programs.fake_machine)

    def __enter__(self) -> 'Project':
        return self

    def __exit__(self, *_: object) -> None:
        self.directory.cleanup()

    def meson(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ['meson', *arguments],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def try_setup(self, *options: str) -> subprocess.CompletedProcess:
        return self.meson('setup', '--native-file', str(self.native), *options, str(self.build), str(self.source))

    def setup(self, *options: str) -> None:
        process = self.try_setup(*options)
        if process.returncode != 0:
            raise Mismatch(f'meson setup failed:\n{process.stdout}')

    def test(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return self.meson('test', '-C', str(self.build), '--num-processes', '1', *arguments, **environment)

    def results(self) -> dict[str, dict]:
        log = (self.build / 'meson-logs' / 'testlog.json').read_text(encoding='utf-8')
        # "sample:integration-tests / NAME"
        return {record['name'].rpartition(' ')[2]: record for record in map(json.loads, log.splitlines())}

    def descriptor_path(self, name: str) -> pathlib.Path:
        return self.build / 'descriptors' / f'{name}.yaml'

    def check_descriptor(self, name: str, section: str) -> None:
        text = self.descriptor_path(name).read_text(encoding='utf-8')
        found = json.loads(text)
        compare(f'Descriptor of {name}', found, read_expected(section, self.source))
        compare('Keys that have a line of their own', re.findall(r'(?m)^  "([a-z-]+)": ', text), list(found))


def check_strings(programs: argparse.Namespace) -> None:
    with Project(programs) as project:
        project.setup()
        project.check_descriptor('SAMPLE-STRINGS', 'strings')


def check_defaults(programs: argparse.Namespace) -> None:
    declaration = """[
        integration_test_template + {'name': 'D'},
        integration_test_template + {'name': 'E', 'priority': 7, 'configuration': {'command': 'x'}},
    ]"""
    with Project(programs, declaration) as project:
        project.setup()
        project.check_descriptor('D', 'only-a-name')
        configuration = json.loads(project.descriptor_path('E').read_text(encoding='utf-8'))['configuration']
        defaults = read_expected('only-a-name')['configuration']
        compare('Configuration of which only the command is given', configuration, defaults | {'command': 'x'})

        introspection = project.meson('introspect', '--tests', str(project.build)).stdout
        tests = {test['name']: test for test in json.loads(introspection)}
        compare('Registered tests', sorted(tests), sorted([*read_expected('outcomes'), 'D', 'E']))
        for key, value in {'timeout': 30 * 4 + 360, 'priority': 7, 'protocol': 'gtest', 'is_parallel': True}.items():
            compare(f'{key} of the Meson test', tests['E'][key], value)


def check_bad_declarations(programs: argparse.Namespace) -> None:
    def check(case: dict) -> None:
        with Project(programs, f"[integration_test_template + {case['declaration']}]") as project:
            process = project.try_setup()
            compare(f"Exit status for {case['declaration']}", process.returncode, 1)
            if case['message'] not in process.stdout:
                raise Mismatch(f"{case['declaration']}: expected was '{case['message']}' in:\n{process.stdout}")

    cases = read_expected('bad-declarations')
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        compare('Cases', len(list(pool.map(check, cases))) > 0, True)


def problems_of(suite: xml.etree.ElementTree.Element) -> set[tuple[str, str]]:
    problems = {
        (problem.tag, problem.get('type') or problem.get('message', '').partition(': ')[0])
        for problem in suite.findall('testcase/*')
        if problem.tag in ('failure', 'error', 'skipped')
    }
    # A case that was not reached is skipped beside the one that failed.
    decisive = {(tag, reason) for tag, reason in problems if tag != 'skipped'}
    return decisive or problems


def check_outcomes(programs: argparse.Namespace) -> None:
    outcomes = read_expected('outcomes')
    with Project(programs) as project:
        project.setup('-Dintegration-tests=true')
        process = project.test()
        print(process.stdout)

        results = project.results()
        compare('Tests that ran', sorted(results), sorted(outcomes))
        compare('The test of the highest priority', next(iter(results)), 'SAMPLE-EXIT-CODE')
        compare('A failed run', process.returncode != 0, True)
        junit = xml.etree.ElementTree.parse(project.build / 'meson-logs' / 'testlog.junit.xml')
        for name, expected in outcomes.items():
            compare(f'Result of {name}', results[name]['result'], expected['result'])
            compare(f'Exit status of {name}', results[name]['returncode'], expected['status'])
            on_console = re.search(rf'(?m)^ *\d+/\d+ .*{name} +([A-Z]+)\b', process.stdout)
            compare(f'{name} on the console', on_console and on_console[1], expected['result'])
            # Meson puts the project's and the test's name before the suite's own.
            suites = [suite for suite in junit.iter('testsuite') if suite.get('name', '').endswith(f'.{name}.{name}')]
            compare(f'Suites called {name} in the JUnit file', len(suites), 1)
            problem = {(expected['element'], expected['reason'])} if 'element' in expected else set()
            compare(f'Problems of {name} in the JUnit file', problems_of(suites[0]), problem)


def check_switches(programs: argparse.Namespace) -> None:
    with Project(programs) as project:
        project.setup()

        def result_of(name: str, **environment: str) -> tuple[str, str]:
            project.test(name, **environment)
            record = project.results()[name]
            return record['result'], record.get('stdout', '') + record.get('stderr', '')

        result, output = result_of('SAMPLE-PASS')
        compare('Off by the option', result, 'SKIP')
        compare('The reason is given', 'integration-tests is off' in output, True)
        for variable in ('BOOTPROOF_INTEGRATION_TESTS', 'SYSTEMD_INTEGRATION_TESTS'):
            compare(f'Off by the option, on by {variable}', result_of('SAMPLE-PASS', **{variable: '1'})[0], 'OK')
        project.meson('configure', '-Dintegration-tests=true', str(project.build))
        compare('On by the option', result_of('SAMPLE-PASS')[0], 'OK')
        for variable in ('BOOTPROOF_INTEGRATION_TESTS', 'SYSTEMD_INTEGRATION_TESTS'):
            compare(f'On by the option, off by {variable}', result_of('SAMPLE-PASS', **{variable: '0'})[0], 'SKIP')
        compare('TEST_SKIP has a part of the name', result_of('SAMPLE-PASS', TEST_SKIP='x E-PAS')[0], 'SKIP')
        compare('TEST_SKIP has other words', result_of('SAMPLE-PASS', TEST_SKIP='x y')[0], 'OK')
        compare('A slow test', result_of('SAMPLE-SLOW')[0], 'SKIP')
        compare('A slow test on demand', result_of('SAMPLE-SLOW', SYSTEMD_SLOW_TESTS='1')[0], 'OK')


def check_verdict_check(programs: argparse.Namespace) -> None:
    """The checker of the real machines' verdicts has to fail where something else came out."""
    with Project(programs) as project:
        project.setup('-Dintegration-tests=true')

        def status_of(program: str | pathlib.Path, name: str, *expected: str) -> int:
            command = [sys.executable, CHECK_VERDICT, program, project.descriptor_path(name), *expected]
            process = subprocess.run(command, env=project.environment, capture_output=True, text=True, check=False)
            print(' '.join(map(str, command)), process.stdout, process.stderr, sep='\n')
            return process.returncode

        compare('What was expected', status_of(programs.bootproof, 'SAMPLE-FAIL', 'fail', 'unit-failed'), 0)
        compare('Another reason', status_of(programs.bootproof, 'SAMPLE-FAIL', 'fail', 'coredump'), 1)
        compare('Another outcome', status_of(programs.bootproof, 'SAMPLE-FAIL', 'error', 'unit-failed'), 1)
        compare('A pass where a failure is expected', status_of(programs.bootproof, 'SAMPLE-PASS', 'fail', 'unit-failed'), 1)
        compare('A failure where a pass is expected', status_of(programs.bootproof, 'SAMPLE-FAIL', 'pass'), 1)
        compare('A runner that writes no results', status_of('true', 'SAMPLE-PASS', 'pass'), 1)


def check_wrapper(programs: argparse.Namespace) -> None:
    """What systemd's Meson file tells its wrapper is understood, for every one of its tests, and can be run."""
    lines = (HERE / 'systemd_suite.yaml').read_text(encoding='utf-8').splitlines()
    suite = [json.loads(line.removeprefix('- ')) for line in lines if line.startswith('- ')]
    compare('Tests of the suite', len(suite), 98)
    with Project(programs) as project:
        source = pathlib.Path(project.directory.name) / 'source'
        environment = project.environment | {'BOOTPROOF_IMAGE': str(SAMPLE / 'image' / 'image.json')}

        def wrapper(*arguments: str) -> subprocess.CompletedProcess:
            command = [programs.bootproof, 'wrapper', *arguments]
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

        def in_place(argument: str) -> str:
            argument = argument.replace('@SOURCE@', str(source)).replace('@BUILD@', str(project.build))
            # Files that credentials are read from.
            if argument.startswith(str(source)):
                path = pathlib.Path(argument)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text('content', encoding='utf-8')
            return argument

        for arguments in suite:
            process = wrapper('--plan', *map(in_place, arguments))
            compare(f'Complaints about {arguments[0]}', (process.returncode, process.stderr), (0, ''))
            name = arguments[0].removeprefix('--name=')
            compare(f'A plan of {name}', process.stdout.startswith(f'#!/bin/sh\n# {name} ('), True)
            for device in [word for argument in arguments for word in re.findall(r'serial=([A-Za-z0-9]+)', argument)]:
                compare(f'Device {device} of {name}', device in process.stdout, True)

        def run(script: str, *arguments: str) -> subprocess.CompletedProcess:
            options = ['--name=W', '--unit=W.service', f'--meson-build-dir={project.build}', '--vm', *arguments]
            return wrapper(*options, '--', f"--qemu-args=--fake-script '{script}'")

        journal = HERE / 'sample' / 'journal.export'
        script = f'connect\njournal {journal}\nnotify EXIT_STATUS={{}}\nevent SHUTDOWN guest-shutdown\nexit 0'
        compare('A pass', run(script.format(123)).returncode, 0)
        compare('A failure', run(script.format(1)).returncode, 1)
        compare('A skip', run(script.format(77)).returncode, 77)
        compare('Another status that is a pass', run(script.format(124), '--exit-code=124').returncode, 0)
        skipped = run(script.format(77), '--tap')
        compare('A skip as TAP', skipped.returncode, 0)
        compare('TAP of a skip', '# SKIP' in skipped.stdout, True)
        compare('TAP of a pass', run(script.format(123), '--tap').stdout, 'TAP version 13\n1..1\nok 1 - W\n')
        rebooted = script.format(123).replace('notify', 'event RESET guest-reset\nnotify')
        compare('A reboot that nobody declared', run(rebooted).returncode, 0)
        confidential = run(script.format(123), '--coco=tdx')
        compare('A test of confidential guests', confidential.returncode, 77)
        compare('The reason', 'Confidential guests' in confidential.stderr, True)


PACKAGED_SUITE = {
    'integration-tests/standalone/meson.build': "project('packaged')\nsubdir('integration-tests')\n",
    'integration-tests/meson.build': """
# Another line
integration_test_wrapper = files('integration-test-wrapper.py')
foreach status : ['123', '1']
    test('W' + status, integration_test_wrapper, args: [
        '--name', 'W' + status, '--unit', 'W.service', '--meson-build-dir', meson.project_build_root(), '--vm', '--exit-code',
        '123', '--', '--qemu-args=--fake-script \\'connect\njournal @JOURNAL@\nnotify EXIT_STATUS=' + status +
        '\nevent SHUTDOWN guest-shutdown\nexit 0\\'',
    ])
endforeach
""",
    'integration-tests/integration-test-wrapper.py': '',
    'mkosi/mkosi.conf': '',
}


def check_systemd_tree(programs: argparse.Namespace) -> None:
    """A package with systemd's tree is unpacked, its one line changed, and its tests run."""
    if not shutil.which('dpkg-deb'):
        sys.exit(77)
    with Project(programs) as project:
        root = pathlib.Path(project.directory.name)
        shutil.copytree(SAMPLE / 'image', project.build / 'mkosi.output')
        manifest = json.loads((SAMPLE / 'image' / 'image.json').read_text(encoding='utf-8'))

        def package(version: str) -> pathlib.Path:
            tree = root / version
            for name, text in PACKAGED_SUITE.items():
                path = tree / 'usr/lib/systemd/tests' / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.replace('@JOURNAL@', str(SAMPLE / 'journal.export')), encoding='utf-8')
            (tree / 'usr/lib/systemd/tests/integration-tests/standalone/integration-tests').symlink_to('..')
            (tree / 'DEBIAN').mkdir()
            control = f'Package: systemd-tests\nVersion: {version}\nArchitecture: all\nMaintainer: x\nDescription: x\n'
            (tree / 'DEBIAN' / 'control').write_text(control, encoding='utf-8')
            deb = root / f'{version}.deb'
            subprocess.run(['dpkg-deb', '--build', tree, deb], check=True, capture_output=True)
            return deb

        def systemd_tree(deb: pathlib.Path) -> subprocess.CompletedProcess:
            command = [HERE.parent.parent / 'tools' / 'systemd-tree', '-C', project.build]
            command += ['--bootproof', programs.bootproof, '--package', deb]
            return subprocess.run(command, env=project.environment, capture_output=True, text=True, check=False)

        other = systemd_tree(package(f"{manifest['systemd-version'] + 1}-1"))
        compare("A package that is not the image's", (other.returncode, 'does not fit' in other.stderr), (1, True))
        done = systemd_tree(package(f"{manifest['systemd-version']}.1-1"))
        compare('Complaints', (done.returncode, done.stderr), (0, ''))
        changes = [line for line in done.stdout.splitlines() if re.match(r'[+-][^+-]', line)]
        expected = ["-integration_test_wrapper = files('integration-test-wrapper.py')"]
        expected += ["+integration_test_wrapper = find_program('bootproof-wrapper')"]
        compare('What was changed', changes, expected)
        build = project.build / 'systemd-tree' / 'build'
        project.meson('test', '-C', str(build))
        log = (build / 'meson-logs' / 'testlog.json').read_text(encoding='utf-8')
        results = {record['name'].rpartition(' ')[2]: record['result'] for record in map(json.loads, log.splitlines())}
        compare('Results', results, {'W123': 'OK', 'W1': 'FAIL'})


CHECKS = {
    'strings': check_strings,
    'defaults': check_defaults,
    'bad-declarations': check_bad_declarations,
    'outcomes': check_outcomes,
    'switches': check_switches,
    'verdict-check': check_verdict_check,
    'wrapper': check_wrapper,
    'systemd-tree': check_systemd_tree,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('bootproof', type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument('fake_machine', type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument('check', choices=CHECKS)
    arguments = parser.parse_args()
    try:
        CHECKS[arguments.check](arguments)
    except Mismatch as mismatch:
        print(mismatch, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
