#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run one test on an image of another kind, which is made of the declared one, and see that the image is as before."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from check_verdict import SKIP, environment_of_tests, parser_of_check, program, skip_reason, verdicts_in

Path = pathlib.Path
BLOCK = 1 << 20


def qcow2(manifest: dict, folder: Path) -> dict:
    """An overlay of the disk takes no time to make."""
    disk = folder / 'disk.qcow2'
    subprocess.run(
        [program('qemu-img'), 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', manifest['disk'], disk], check=True
    )
    return manifest | {'disk': str(disk), 'disk-format': 'qcow2'}


def root_partition(disk: str, uuid: str) -> tuple[int, int]:
    """Offset and size."""
    listing = subprocess.run([program('sfdisk'), '--json', disk], capture_output=True, text=True, check=True).stdout
    table = json.loads(listing)['partitiontable']
    found = next(entry for entry in table['partitions'] if entry['uuid'].lower() == uuid.lower())
    return found['start'] * table['sectorsize'], found['size'] * table['sectorsize']


def file_system(manifest: dict, folder: Path) -> dict:
    """The root partition by itself, without its holes."""
    offset, size = root_partition(manifest['disk'], manifest['root'].removeprefix('PARTUUID='))
    copy = folder / 'root.ext4'
    with open(manifest['disk'], 'rb') as disk, open(copy, 'wb') as file:
        disk.seek(offset)
        file.truncate(size)
        for at in range(0, size, BLOCK):
            if (block := disk.read(BLOCK)).strip(b'\0'):
                file.seek(at)
                file.write(block)
    return {key: value for key, value in manifest.items() if key != 'root'} | {
        'disk': str(copy),
        'partition-table': 'none',
    }


def directory(manifest: dict, _folder: Path) -> dict:
    return {key: value for key, value in manifest.items() if key not in ('disk', 'root', 'boots-without-initrd')}


KINDS = {'qcow2': qcow2, 'file-system': file_system, 'directory': directory}


def lacking(kind: str, manifest: dict) -> str | None:
    """Why this host cannot do it; None where it can."""
    if kind == 'directory':
        if os.geteuid() != 0 or 'tree' not in manifest:
            return 'it takes root, and an image with a tree'
        places = f'{os.environ["PATH"]}:/usr/libexec:/usr/lib'
        return None if shutil.which('virtiofsd', path=places) else 'there is no virtiofsd'
    return None if shutil.which('qemu-img') else 'there is no qemu-img'


def absolute(manifest: dict, folder: Path) -> dict:
    names = ('disk', 'kernel', 'initrd', 'tree', 'firmware-variables')
    return {key: str(folder / value) if key in names else value for key, value in manifest.items()}


def stamps(manifest: dict) -> list[tuple[int, int]]:
    """What changes with the disk and the tree's root."""
    paths = [manifest[key] for key in ('disk', 'tree') if key in manifest]
    return [(status.st_size, status.st_mtime_ns) for status in map(os.stat, paths)]


def run(arguments: argparse.Namespace, image: Path, junit: Path) -> int:
    return subprocess.run(
        [program(arguments.bootproof), 'run', f'--image={image}', arguments.descriptor, f'--gtest_output=xml:{junit}'],
        cwd=arguments.descriptor.parent,
        env=environment_of_tests(),
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def main() -> int:
    parser = parser_of_check(__doc__)
    parser.add_argument('kind', choices=[*KINDS, 'described'])
    arguments = parser.parse_args()
    if reason := skip_reason(arguments):
        print(reason)
        return SKIP
    arguments.descriptor = arguments.descriptor.resolve()
    path = Path(json.loads(arguments.descriptor.read_text(encoding='utf-8'))['image'])
    manifest = absolute(json.loads(path.read_text(encoding='utf-8')), path.parent)
    if 'disk' not in manifest or (reason := lacking(arguments.kind, manifest)):
        print(reason if 'disk' in manifest else 'the image has no disk')
        return SKIP

    before = stamps(manifest)
    with tempfile.TemporaryDirectory(dir=os.environ.get('TMPDIR', '/var/tmp')) as name:
        folder = Path(name)
        if arguments.kind == 'described':
            image = Path(manifest['disk'])
        else:
            image = folder / 'image.json'
            image.write_text(json.dumps(KINDS[arguments.kind](manifest, folder)), encoding='utf-8')
        status = run(arguments, image, folder / 'junit.xml')
        found = verdicts_in(folder / 'junit.xml', arguments.descriptor.stem)
    changed = stamps(manifest) != before
    print(f'Found: exit status {status}, {sorted(found) or "no problem"}, image {"changed" if changed else "as before"}')
    return 1 if status or found or changed else 0


if __name__ == '__main__':
    sys.exit(main())
