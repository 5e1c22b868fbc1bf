# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's packages of any release, by the mirror that the host's apt uses: one close to the user is honoured."""

import os
import shutil
import subprocess
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ROLLING = ("unstable", "sid")


class FetchError(Exception):
    pass


def apt_mirror(label):
    """Where this host's apt gets Debian from."""
    if not (apt_get := shutil.which("apt-get")):
        return None
    listing = subprocess.run(
        [apt_get, "indextargets", "--format", "$(REPO_URI)\t$(ORIGIN)\t$(LABEL)", "Created-By: Packages"],
        capture_output=True, text=True,
    ).stdout
    for line in listing.splitlines():
        uri, origin, found = line.split("\t")
        if origin == "Debian" and found == label and not uri.startswith(("cdrom:", "file:")):
            return uri
    return None


def takes_expired_lists():
    """A mirror that stands still is refused after a week, but where the host's apt was told to take it."""
    command = ["apt-config", "shell", "answer", "Acquire::Check-Valid-Until/b"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() == "answer='false'"


def apt_source(uri, suites):
    expired = "Check-Valid-Until: no\n" if takes_expired_lists() else ""
    return f"Types: deb\nURIs: {uri}\nSuites: {suites}\nComponents: main\nSigned-By: {KEYRING}\n{expired}"


def debian_sources(release):
    """As sources.list(5) has them, or None where the host has no mirror."""
    mirror = apt_mirror("Debian")
    if not mirror or not KEYRING.exists():
        return None
    rolling = release in ROLLING
    sources = [apt_source(mirror, release if rolling else f"{release} {release}-updates")]
    if (security := apt_mirror("Debian-Security")) and not rolling:
        sources.append(apt_source(security, f"{release}-security"))
    return "\n".join(sources)


def own_apt(folder):
    """An apt whose lists and sources are in 'folder'; nothing of the host's is changed."""
    options = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": folder / "sources.list.d",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "APT::Default-Release": "",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    return ["apt-get", "--quiet", *(f"--option={name}={value}" for name, value in options.items())]


def fetch_package(folder, release, name):
    """The newest package of the release, in 'folder'; apt checks its signature."""
    if not (sources := debian_sources(release)):
        raise FetchError("This host's apt knows no mirror of Debian")
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("sources.list.d", "state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list.d" / "debian.sources").write_text(sources)
    for words in (["update"], ["download", name]):
        done = subprocess.run(
            [*own_apt(folder), *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            raise FetchError(f"'apt-get {words[0]}' failed:\n{(done.stdout + done.stderr).strip()}")
    # The lists are large, and old as soon as they are there.
    shutil.rmtree(folder / "state")
    shutil.rmtree(folder / "cache")
    return next(folder.glob(f"{name}_*.deb"))
