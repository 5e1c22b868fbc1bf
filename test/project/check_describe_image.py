#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/describe-image on small images of each kind: check_describe_image.py DESCRIBE_IMAGE"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
MIB = 1 << 20
TOOLS = ('mkfs.ext4', 'debugfs', 'sfdisk', 'qemu-img')
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
ESP = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
KERNEL = '6.12.0'
FILES = {
    # A later version, however it sorts as text, is the one that boots.
    'boot/vmlinuz-6.9.0': b'old kernel',
    f'boot/vmlinuz-{KERNEL}': b'kernel' * 100_000,
    f'boot/initrd.img-{KERNEL}': b'initrd',
    'usr/lib/modules/6.9.0/modules.builtin': b'',
    f'usr/lib/modules/{KERNEL}/modules.builtin': b'kernel/drivers/nvme/host/nvme.ko\nkernel/fs/ext4/ext4.ko\n'
    b'kernel/drivers/char/virtio_console.ko\n',
    'usr/lib/os-release': b'ID=debian\nVERSION_CODENAME="trixie"\nPRETTY_NAME="A system"\n',
    'usr/lib/systemd/systemd': b'\x7fELF\2\1\1' + bytes(11) + (62).to_bytes(2, 'little'),
    'usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so': b'',
    'usr/lib/systemd/tests/testdata/units/TEST-01-BASIC.service': b'',
}
EXPECTED = {
    'format': 1,
    'distribution': 'debian',
    'release': 'trixie',
    'architecture': 'x86-64',
    'systemd-version': 252,
    'kernel-command-line': 'rw',
    'units': ['TEST-01-BASIC.service'],
    'boots-without-initrd': True,
    'boots-tree-without-initrd': False,
}


def run(*command: object, **options: object) -> None:
    environment = {'PATH': PATH}
    subprocess.run([str(word) for word in command], check=True, env=environment, stdout=subprocess.DEVNULL, **options)


def make_tree(tree: pathlib.Path) -> None:
    for name, content in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    (tree / 'etc').mkdir()
    (tree / 'etc/os-release').symlink_to('../usr/lib/os-release')


def make_file_system(tree: pathlib.Path, path: pathlib.Path) -> None:
    with open(path, 'wb') as file:
        file.truncate(16 * MIB)
    run('mkfs.ext4', '-q', '-d', tree, path)


def make_disk(file_system: pathlib.Path, path: pathlib.Path, kind: str) -> None:
    """The file system as the second partition."""
    with open(path, 'wb') as file:
        file.truncate(20 * MIB)
        file.seek(2 * MIB)
        file.write(file_system.read_bytes())
    table = f'label: gpt\nstart=1MiB, size=1MiB, type={ESP}\nstart=2MiB, size=16MiB, type={kind}, uuid={"1" * 8}'
    run('sfdisk', '-q', path, input=f'{table}-2222-3333-4444-555555555555\n'.encode())


def describe(program: str, image: pathlib.Path, output: pathlib.Path) -> dict:
    run(program, '--output-dir', output, image, stderr=subprocess.DEVNULL)
    manifest = json.loads((output / 'image.json').read_text(encoding='utf-8'))
    for key, name in (('kernel', f'boot/vmlinuz-{KERNEL}'), ('initrd', f'boot/initrd.img-{KERNEL}')):
        if (output / manifest.pop(key)).read_bytes() != FILES[name]:
            raise SystemExit(f"'{key}' of '{image.name}' is another file")
    manifest.pop('built')
    return manifest


def compare(program: str, image: pathlib.Path, more: dict) -> None:
    before = image.stat()
    manifest = describe(program, image, image.parent / f'of-{image.name}')
    if manifest != EXPECTED | more:
        raise SystemExit(f"'{image.name}' was described as {manifest}, expected was {EXPECTED | more}")
    if image.stat().st_mtime_ns != before.st_mtime_ns:
        raise SystemExit(f"'{image.name}' was changed")


def refuse(program: str, image: pathlib.Path, text: str) -> None:
    command = [program, '--output-dir', str(image.parent / 'refused'), str(image)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 1 or text not in done.stderr:
        raise SystemExit(f"'{image.name}' gave {done.returncode} and {done.stderr!r}, expected was 1 and {text!r}")
    if (image.parent / 'refused' / 'image.json').exists():
        raise SystemExit(f"'{image.name}' has a manifest")


def check(program: str, folder: pathlib.Path) -> None:
    # A name with all that debugfs would take for an option.
    tree, bare, disk, typed, qcow2 = (folder / name for name in ('tree', 'bare', 'a?offset=1 "b"', 'typed', 'qcow2'))
    make_tree(tree)
    compare(program, tree, {'tree': str(tree)})
    make_file_system(tree, bare)
    compare(program, bare, {'disk': str(bare), 'disk-format': 'raw', 'partition-table': 'none'})
    partition = {'root': 'PARTUUID=11111111-2222-3333-4444-555555555555', 'boots-through-firmware': False}
    make_disk(bare, disk, 'L')
    compare(program, disk, partition | {'disk': str(disk), 'disk-format': 'raw'})
    make_disk(bare, typed, '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709')
    compare(program, typed, partition | {'disk': str(typed), 'disk-format': 'raw'})
    run('qemu-img', 'convert', '-O', 'qcow2', typed, qcow2)
    compare(program, qcow2, partition | {'disk': str(qcow2), 'disk-format': 'qcow2'})

    nothing = folder / 'nothing'
    nothing.write_bytes(bytes(MIB))
    refuse(program, nothing, 'Failed to find a GPT or an ext4 file system')
    (tree / 'usr/lib/os-release').unlink()
    refuse(program, tree, 'no /usr/lib/os-release')


def main() -> int:
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=PATH)]
    if missing:
        print(f'missing: {", ".join(missing)}')
        return SKIP
    with tempfile.TemporaryDirectory() as folder:
        check(sys.argv[1], pathlib.Path(folder))
    return 0


if __name__ == '__main__':
    sys.exit(main())
