# SPDX-License-Identifier: LGPL-2.1-or-later
"""The partitions of a raw disk with a GPT."""

import struct
import uuid
from dataclasses import dataclass

from image_files import ImageError

# The types of a root partition: Discoverable Partitions Specification.
ROOT_TYPES = {
    "x86-64": uuid.UUID("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
    "arm64": uuid.UUID("b921b045-1df0-41c3-af44-4c6f280d3fae"),
}
EFI_SYSTEM = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
UNUSED = uuid.UUID(int=0)


@dataclass(frozen=True)
class Partition:
    number: int
    type: uuid.UUID
    uuid: uuid.UUID
    offset: int


def read_partitions(disk):
    with open(disk, "rb") as file:
        for sector in (512, 4096):
            file.seek(sector)
            header = file.read(92)
            if header[:8] == b"EFI PART":
                return read_entries(file, header, sector)
    raise ImageError(
        "Failed to find a GPT or an ext4 file system on it", "Of other disks write the manifest by hand: docs/images.md"
    )


def read_entries(file, header, sector):
    first_lba, count, size = struct.unpack_from("<QII", header, 72)
    partitions = []
    file.seek(first_lba * sector)
    for number in range(1, count + 1):
        entry = file.read(size)
        if len(entry) < 40:
            raise ImageError("Its partition table is cut off")
        kind = uuid.UUID(bytes_le=entry[:16])
        if kind != UNUSED:
            begin = struct.unpack_from("<Q", entry, 32)[0] * sector
            partitions.append(Partition(number, kind, uuid.UUID(bytes_le=entry[16:32]), begin))
    return partitions
