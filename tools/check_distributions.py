#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ask mkosi what the image of each distribution consists of, and compare that with mkosi.conf.d and the documentation.

Nothing is built or fetched, so this says that the configuration makes sense to mkosi, and not that the packages exist.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE_DIR = Path(__file__).resolve().parent.parent
DIRECTORIES = ("mkosi.conf.d", "mkosi.images/initrd/mkosi.conf.d")
PAGE = "docs/distributions.md"
# Releases whose packages differ, the default ('') among them, and the kernel. Each image has systemd besides.
DISTRIBUTIONS = {
    "alma": ([""], "kernel-core"),
    "arch": ([""], "linux"),
    "centos": ([""], "kernel-core"),
    "debian": (["", "bookworm", "trixie", "unstable"], "linux-image-cloud-amd64"),
    "fedora": ([""], "kernel-core"),
    "openmandriva": ([""], "kernel-server"),
    "opensuse": ([""], "kernel-default"),
    "rhel": ([""], "kernel-core"),
    "rocky": ([""], "kernel-core"),
    "ubuntu": (["", "resolute"], "linux-image-generic"),
}


class RefusedError(Exception):
    pass


def summary(mkosi, distribution, release, scratch):
    """The settings of main image and initrd by their names; Incremental= wants directories, though none is written to."""
    command = [mkosi, f"--directory={SOURCE_DIR}", f"--output-dir={scratch}/output", f"--cache-dir={scratch}/cache"]
    command += [f"--distribution={distribution}", *([f"--release={release}"] if release else []), "--json", "summary"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RefusedError(done.stderr.strip())
    return {image["Output"]: image for image in json.loads(done.stdout)["Images"]}


def listed(path):
    """The values of Packages= in one file of configuration."""
    packages, inside = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            inside = line.startswith("Packages=")
            line = line.partition("=")[2]
        if inside and not line.strip().startswith("#"):
            packages += line.split()
    return packages


def image_problems(name, images, distribution, release, kernel):
    common = {"image": listed(SOURCE_DIR / "mkosi.conf"), "initrd": listed(SOURCE_DIR / "mkosi.images/initrd/mkosi.conf")}
    for output, packages in common.items():
        if output not in images:
            yield f"{name}: mkosi knows no image '{output}'"
            return
        settings = images[output]
        if settings["Distribution"] != distribution or (release and settings["Release"] != release):
            yield f"{name}: '{output}' is of {settings['Distribution']} {settings['Release']}"
        if not set(settings["Packages"]) - set(packages):
            yield f"{name}: '{output}' has no package of its own"
        if twice := sorted({one for one in settings["Packages"] if settings["Packages"].count(one) > 1}):
            yield f"{name}: '{output}' has twice: {', '.join(twice)}"
    for package in (kernel, "systemd"):
        if package not in images["image"]["Packages"]:
            yield f"{name}: the image is without '{package}'"


def unused_problems(used):
    """A file whose [Match] never matches is as good as none."""
    for directory in DIRECTORIES:
        for path in sorted((SOURCE_DIR / directory).glob("*.conf")):
            if unused := sorted(set(listed(path)) - used[directory]):
                yield f"{path.relative_to(SOURCE_DIR)}: in no image: {', '.join(unused)}"


def named_problems():
    """What the files, this check and the documentation each call a distribution."""
    names = set()
    for directory in DIRECTORIES:
        for path in (SOURCE_DIR / directory).glob("*.conf"):
            names |= set(re.findall(r"^Distribution=\|?(\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    if names != set(DISTRIBUTIONS):
        yield f"mkosi.conf.d and this check do not have the same distributions: {sorted(names ^ set(DISTRIBUTIONS))}"
    page = (SOURCE_DIR / PAGE).read_text(encoding="utf-8")
    for name in sorted(DISTRIBUTIONS):
        if not re.search(rf"^\| [^|]*`{name}`", page, re.MULTILINE):
            yield f"{PAGE} has no row of '{name}'"


def problems(mkosi):
    used = {directory: set() for directory in DIRECTORIES}
    with tempfile.TemporaryDirectory() as scratch:
        for distribution, (releases, kernel) in DISTRIBUTIONS.items():
            for release in releases:
                name = f"{distribution} {release}".strip()
                try:
                    images = summary(mkosi, distribution, release, scratch)
                except RefusedError as error:
                    yield f"{name}: mkosi refuses the configuration:\n{error}"
                    continue
                yield from image_problems(name, images, distribution, release, kernel)
                for directory, output in zip(DIRECTORIES, ("image", "initrd")):
                    used[directory] |= set(images.get(output, {}).get("Packages", []))
    yield from unused_problems(used)
    yield from named_problems()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mkosi", default="mkosi", help="another one, e.g. of a newer release")
    arguments = parser.parse_args()
    found = list(problems(arguments.mkosi))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
