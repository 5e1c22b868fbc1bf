#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write bootproof.descriptor(5) from descriptor.md, with lowdown(1): descriptor_man.py LOWDOWN DESCRIPTOR_MD OUTPUT

A terminal has no room for tables of five columns, so they become lists of what is in their first one.
"""

import pathlib
import re
import subprocess
import sys

NAME = '# NAME\n\nbootproof.descriptor - what is said of a test\n\n# DESCRIPTION\n'


def cells_of(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r'(?<!\\)\|', row.strip().strip('|'))]


def as_list(table: str) -> str:
    """Of a table whose last column says what the first one means."""
    header, _, *rows = table.strip().splitlines()
    names = cells_of(header)
    entries = []
    for row in rows:
        term, *between, meaning = cells_of(row)
        said = ', '.join(
            f'{name}: {cell}' for name, cell in zip(names[1:-1], between, strict=True) if cell
        )
        entries.append(f'{term}\n\n: {f"({said}) " if said else ""}{meaning}\n')
    return '\n'.join(entries)


def main(lowdown: str, source: str, output: str) -> None:
    text = pathlib.Path(source).read_text(encoding='utf-8')
    text = re.sub(r'<!--.*?-->\n', '', text, flags=re.DOTALL)
    text = re.sub(r'^# .*\n', NAME, text, count=1, flags=re.MULTILINE)
    text = re.sub(r'^##', '#', text, flags=re.MULTILINE)
    # Other pages are beside this one where it is read as a file, and nowhere near the manual.
    text = re.sub(r'\[([^]]+)\]\([^)]+\)', r'\1', text)
    text = re.sub(r'(?:^\|.*\n)+', lambda table: as_list(table[0]), text, flags=re.MULTILINE)
    command = [lowdown, '-s', '-Tman', '-M', 'title=BOOTPROOF.DESCRIPTOR', '-M', 'section=5', '-o', output]
    subprocess.run(command, input=text, text=True, check=True)


main(*sys.argv[1:])
