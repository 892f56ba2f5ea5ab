"""Where things that are costly to make are kept, and how two runs share them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.errors import OurFault


def cache_root() -> Path:
    """`GRADER_CACHE`, else a folder every user may enter (root) or the user's own cache folder.

    PostgreSQL refuses to run as root, so under root its programs and data must lie where another user can read.
    """
    named = os.environ.get("GRADER_CACHE")
    if named:
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/cache/grader")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "grader"


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The cached folder `name`, made by `make(empty folder)` when it is not there yet.

    It appears whole or not at all: a killed run leaves only a scratch folder, which the next one removes.
    Raises `OurFault` E203 when it cannot be written.
    """
    target = cache_root() / name
    if target.is_dir():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.with_name(target.name + ".lock")):
            if not target.is_dir():
                scratch = target.with_name(target.name + ".new")
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir(mode=0o755)
                make(scratch)
                scratch.rename(target)
    except OSError as error:
        raise disk_fault(error, target) from error
    return target


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an advisory lock on a file; other grader processes wait."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def disk_fault(error: OSError, path: Path) -> OurFault:
    """E203 for a folder that cannot be written."""
    return OurFault(
        "E203",
        f"cannot write to {error.filename or path}: {error.strerror or error}",
        note="nothing was taken from the submission for it",
        help="free some space or set GRADER_CACHE and TMPDIR to a place with room; `grader doctor` shows what is used",
    )
