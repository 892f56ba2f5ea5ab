"""Make the Python and Go base images on this machine: Debian's own packages in an empty folder, imported as an image.

Nothing of this machine goes into it: no packages, no configuration, no names of mirrors. The archive it is made of
stays in the cache, so making the image again needs no network.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from grader.caches import cache_root, made_once
from grader.errors import OurFault
from grader.sandbox import host
from grader.sandbox.engine import VERSION_LABEL, Engine, engine_errors

SUITE = "trixie"  # Debian 13: Python 3.13
SYSTEM = ("ca-certificates",)
PYTHON = ("libstdc++6", "python3", "python3-venv")
GO = ("golang-go",)
EDITION = "1"
SECONDS = 900
IMPORT_SECONDS = 600
LEFT_OUT = (
    *("dev", "proc", "sys", "run", "tmp", "debootstrap", "etc/resolv.conf", "etc/hostname", "etc/machine-id"),
    *("etc/apt/sources.list", "etc/apt/sources.list.d", "etc/apt/apt.conf.d", "var/log", "var/cache", "var/lib/apt"),
    *("usr/share/go-1.24/test", "usr/share/go-1.24/api"),
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian"),
)
EMPTY_FOLDERS = (("dev", 0o755), ("proc", 0o555), ("sys", 0o555), ("run", 0o755), ("tmp", 0o1777), ("var/log", 0o755))
WHO = "debootstrap makes a folder with root's rights: run it as root (`sudo grader images build`)"


def make_python(engine: Engine, tag: str, *more: str) -> None:
    """Make the image `tag`, with some more packages of Debian if wanted.

    Raises `OurFault` E202 when this machine cannot, with what to do instead.
    """
    archive = _archive(("debian", suite(), *more, EDITION), (*PYTHON, *more))
    _imported(engine, tag, archive, ["python3"], _found(archive, r"usr/bin/python(3\.\d+)"))


def make_go(engine: Engine, tag: str, *more: str) -> None:
    """Make the image `tag` with Debian's Go, with some more packages if wanted; raises as `make_python`."""
    archive = _archive(("debian", suite(), *GO, *more, EDITION), (*GO, *more))
    _imported(engine, tag, archive, ["go", "version"], _found(archive, r"usr/lib/go-(1\.\d+)"))


def _archive(name: Sequence[str], packages: Sequence[str]) -> Path:
    """A tar of a system with these packages, made when it is not in the cache."""
    folder = made_once("-".join(name).replace("+", "p"), lambda target: _bootstrap(target, (*SYSTEM, *packages)))
    return folder / "root.tar"


def _imported(engine: Engine, tag: str, archive: Path, command: list[str], version: str) -> None:
    repository, _, edition = tag.partition(":")
    changes = [f"CMD {json.dumps(command)}", "ENV LANG=C.UTF-8", f"LABEL {VERSION_LABEL}={version}"]
    client = engine.impatient(IMPORT_SECONDS)
    try:
        with engine_errors("importing the base image"):
            client.api.import_image_from_file(str(archive), repository=repository, tag=edition, changes=changes)
    finally:
        client.close()


def _found(archive: Path, versioned: str) -> str:
    """The version of the language in a tar of a system, such as `3.13`."""
    with tarfile.open(archive) as stream:
        found = (re.fullmatch(rf"\./{versioned}", member.name) for member in stream)
        return next((match[1] for match in found if match), "")


def suite() -> str:
    """The release to make it of: `GRADER_DEBIAN_SUITE`, else Ubuntu's own on Ubuntu, else a Debian release."""
    named = os.environ.get("GRADER_DEBIAN_SUITE")
    system = host.operating_system()
    return named or (system.get("VERSION_CODENAME", SUITE) if system.get("ID") == "ubuntu" else SUITE)


def _bootstrap(target: Path, packages: tuple[str, ...]) -> None:
    if shutil.which("debootstrap") is None:
        raise _cannot("debootstrap is not installed", "install it (`apt-get install debootstrap`)")
    if os.geteuid() != 0:
        raise _cannot("this user is not root", WHO)
    tree = target / "tree"
    try:
        _run(_command(tree, packages))
        _pack(tree, target / "root.tar")
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def _command(tree: Path, packages: tuple[str, ...]) -> list[str]:
    system = host.operating_system()
    mirror = host.debian_mirror(system.get("VERSION_CODENAME", ""))
    components = ["--components=main,universe"] if system.get("ID") == "ubuntu" else []
    return [
        *("debootstrap", "--variant=minbase", f"--include={','.join(packages)}", *components),
        *(suite(), str(tree), *([mirror] if mirror else [])),  # without one debootstrap knows its own
    ]


def _run(command: list[str]) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/root", **host.proxies()}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _cannot(f"debootstrap did not end well: {error}", "see whether the package mirror answers") from error
    if done.returncode != 0:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("E:", "W:"))]
        raise _cannot(
            f"debootstrap failed: {'; '.join(lines[-3:]) or done.stderr[-200:]}",
            "see whether the package mirror of this machine's apt answers; GRADER_DEBIAN_SUITE names another release",
        )


def _pack(tree: Path, archive: Path) -> None:
    """The tree as a tar without what belongs to this machine or to nobody."""
    with tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as out:
        out.add(tree, arcname=".", filter=_kept)
        for name, mode in EMPTY_FOLDERS:
            folder = tarfile.TarInfo(f"./{name}")
            folder.type, folder.mode = tarfile.DIRTYPE, mode
            out.addfile(folder)
        link = tarfile.TarInfo("./usr/local/bin/python")
        link.type, link.linkname = tarfile.SYMTYPE, "/usr/bin/python3"
        out.addfile(link)


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = member.name.removeprefix("./")
    if any(name == left or name.startswith(f"{left}/") for left in LEFT_OUT) or member.isdev():
        return None
    if name.startswith("usr/bin/") and member.mode & 0o6000:
        member.mode &= 0o777  # nobody needs more rights in there than they come with
    return member


def _cannot(what: str, help_: str) -> OurFault:
    return OurFault(
        "E202",
        f"the base image cannot be made here: {what}",
        note=f"the cache is {cache_root()}",
        help=f"{help_}; or take an image from elsewhere: `grader images load FILE`",
    )
