#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compare what the documentation says with the program and its sources: check_docs.py BOOTPROOF SOURCE_ROOT"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

PAGES = ['README.md', 'CONTRIBUTING.md', 'runner/README.md', 'test/README.md', 'docs']


def help_of(bootproof: str, *words: str) -> str:
    return subprocess.run([bootproof, *words, '--help'], capture_output=True, text=True, check=True).stdout


def help_text(bootproof: str) -> str:
    text = help_of(bootproof)
    commands = re.findall(r'^  (\w+) ', text.partition('\nSubcommands:\n')[2].partition('\n\n')[0], re.MULTILINE)
    # The options of 'wrapper' are those of systemd's, and explained there.
    return '\n'.join([text, *(help_of(bootproof, command) for command in commands if command != 'wrapper')])


def manual_problems(bootproof: str, root: Path) -> list[str]:
    manual = (root / 'docs/bootproof.1').read_text(encoding='utf-8')
    manual = re.sub(r'\\f[BIR]', '', manual).replace('\\-', '-')
    readme = (root / 'README.md').read_text(encoding='utf-8')
    text = help_text(bootproof)
    option = r'(?<![\w-])--[a-z][\w-]+'
    offered = set(re.findall(option, '\n'.join(re.findall(r'^ +-.*$', text, re.MULTILINE))))
    explained = set(re.findall(option, '\n'.join(re.findall(r'^\.TP\n(.*)$', manual, re.MULTILINE))))
    variables = set(re.findall(r'^  ([A-Z_]+) ', text.partition('\nEnvironment:\n')[2].partition('\n\n')[0], re.MULTILINE))
    problems = [f'docs/bootproof.1 lacks {name}' for name in sorted(offered - explained)]
    problems += [f'docs/bootproof.1 explains {name}, which --help lacks' for name in sorted(explained - offered)]
    problems += [f'docs/bootproof.1 lacks {name}' for name in sorted(variables) if f'.TP\n{name}\n' not in manual]
    # What Meson sets is nothing that anybody types.
    typed = sorted(variables - {'MESON_TEST_ITERATION'})
    problems += [f'README.md lacks {name}' for name in typed if f'`{name}`' not in readme]
    return problems if offered and typed else ['--help has no options or variables']


def first_cells(text: str) -> set[str]:
    """The words in code style of each table's first column."""
    cells = re.findall(r'^\|([^|]*)\|', text, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r'`([^`]+)`', cell)}


def compare(what: str, page: str, root: Path, wanted: list[str], *, exactly: bool = False) -> list[str]:
    if not wanted:
        return [f'No {what} was found in the sources']
    known = first_cells((root / page).read_text(encoding='utf-8'))
    problems = [f"{page} lacks the {what} '{word}'" for word in wanted if word not in known]
    if exactly:
        problems += [f"{page} has the {what} '{word}', the sources have not" for word in sorted(known - set(wanted))]
    return problems


def reason_problems(root: Path) -> list[str]:
    found = []
    for path, pattern in [
        ('runner/verdict/judge.cpp', r'Outcome::\w+,\s*"([a-z-]+)"'),
        ('runner/verdict/machine_fault.cpp', r'Outcome::\w+,\s*"([a-z-]+)"'),
        ('runner/plan/machine_choice.cpp', r'Skip\{\s*"([a-z-]+)"'),
        ('runner/plan/skip.cpp', r'Skip\{\s*"([a-z-]+)"'),
        ('runner/run_test.cpp', r'\.reason = "([a-z-]+)"'),
    ]:
        words = re.findall(pattern, (root / path).read_text(encoding='utf-8'))
        if not words:
            return [f'No reason was found in {path}']
        found += words
    return compare('reason', 'docs/verdicts.md', root, sorted(set(found)), exactly=True)


def parsed_keys(parser: Path) -> list[str]:
    # The values of a choice are no keys.
    text = re.sub(r'choices?\(\s*"[a-z-]+",\s*\{[^}]*\}', '', parser.read_text(encoding='utf-8'))
    lists = re.findall(r'\{((?:\s*"[a-z0-9-]+",?)+)\s*\}\)', text)
    return sorted({key for words in lists for key in re.findall(r'"([a-z0-9-]+)"', words)})


def key_problems(root: Path) -> list[str]:
    keys = parsed_keys(root / 'runner/descriptor/parse_descriptor.cpp')
    template = (root / 'test/descriptors/template/meson.build').read_text(encoding='utf-8')
    declared = ['name', *re.findall(r"^    '([a-z-]+)':", template, re.MULTILINE)]
    configuration = {'command', 'wants', 'after', 'env', 'service', 'memory-accounting'}
    declared = [key for key in declared if key not in configuration]
    problems = compare('key', 'docs/descriptor.md', root, keys)
    manifest_keys = parsed_keys(root / 'runner/descriptor/image_manifest.cpp')
    problems += compare('key', 'docs/images.md', root, manifest_keys)
    for page in ['README.md', 'test/README.md']:
        problems += compare('key', page, root, declared)
    return problems


def layer_problems(root: Path) -> list[str]:
    rules = tomllib.loads((root / 'tools/layers.toml').read_text(encoding='utf-8'))['layer']
    rooms = {path.name for path in (root / 'runner').iterdir() if path.is_dir()}
    page = (root / 'runner/README.md').read_text(encoding='utf-8')
    rows = {row[0]: row[1] for row in re.findall(r'^\| `(\w+)` \|[^|]*\|([^|]*)\|[^|]*\|$', page, re.MULTILINE)}
    problems = []
    for room in sorted(rooms):
        said = [word.strip() for word in rows.get(room, 'nothing').split(',') if word.strip()]
        rule = [word for word in rules[room]['may_use'] if word in rooms]
        if sorted(said) != sorted(rule):
            problems.append(f"runner/README.md lets '{room}' use {said}, tools/layers.toml {rule}")
    return problems


def link_problems(root: Path) -> list[str]:
    pages = [page for name in PAGES for page in ([root / name] if name.endswith('.md') else (root / name).glob('*.md'))]
    problems = []
    for page in pages:
        for target in re.findall(r'\]\(([^)#:]+)\)', page.read_text(encoding='utf-8')):
            if not (page.parent / target).exists():
                problems.append(f"{page.relative_to(root)} links to '{target}', which does not exist")
    return problems


def main() -> int:
    bootproof, root = sys.argv[1], Path(sys.argv[2])
    problems = [
        *manual_problems(bootproof, root),
        *reason_problems(root),
        *key_problems(root),
        *layer_problems(root),
        *link_problems(root),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
