# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files in an image, read without mounting it: of a directory, or of an ext4 file system by debugfs(8)."""

import os
import shutil
import subprocess
from pathlib import Path

# Of the superblock, whose magic number is at this place: Linux' Documentation/filesystems/ext4.
SUPERBLOCK = 1024
MAGIC_AT = SUPERBLOCK + 56
MAGIC = b"\x53\xef"


class ImageError(Exception):
    def __init__(self, message, hint=None):
        super().__init__(message)
        self.hint = hint


def find_tool(name, package=None):
    """None where there is none, or an error that names the package."""
    path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")
    if not path and package:
        raise ImageError(f"'{name}' is missing, which reads it", f"Install {package}")
    return path


def run(command, output=subprocess.PIPE, folder=None):
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, cwd=folder
    )
    if done.returncode:
        raise ImageError(f"'{command[0]}' failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


class Directory:
    def __init__(self, path):
        self.path = Path(path)

    def exists(self, path):
        return (self.path / path.lstrip("/")).exists()

    def names(self, path):
        folder = self.path / path.lstrip("/")
        return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []

    def read(self, path):
        return (self.path / path.lstrip("/")).read_bytes()

    def publish(self, path, _to):
        return str((self.path / path.lstrip("/")).resolve())


class ExtFileSystem:
    """One that begins at an offset in a file, the last part of whose path has no '?' in it, which debugfs would read."""

    def __init__(self, disk, offset):
        self.disk = disk
        self.offset = offset

    def is_valid(self):
        with open(self.disk, "rb") as file:
            file.seek(self.offset + MAGIC_AT)
            return file.read(2) == MAGIC

    def debugfs(self, request, output=subprocess.PIPE):
        # Its exit status is 0 whatever comes of the request.
        name = f"{self.disk.name}?offset={self.offset}"
        return run([find_tool("debugfs", "e2fsprogs"), "-R", request, name], output, self.disk.parent)

    def exists(self, path):
        return b"Inode:" in self.debugfs(f'stat "{path}"')

    def names(self, path):
        names = []
        # Lines of /inode/mode/user/group/name/size/.
        for line in self.debugfs(f'ls -p "{path}"').decode(errors="replace").splitlines():
            fields = line.split("/")
            if len(fields) > 5 and fields[5] not in (".", ".."):
                names.append(fields[5])
        return names

    def read(self, path):
        return self.debugfs(f'cat "{path}"')

    def publish(self, path, to):
        """A copy beside the manifest, which names it; a directory's files can be named where they are."""
        self.copy(path, to)
        return to.name

    def copy(self, path, to):
        with open(to, "wb") as file:
            self.debugfs(f'cat "{path}"', file)
