"""A PostgreSQL cluster on disk: made once per template, copied for every use."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from grader.caches import disk_fault, locked, made_once
from grader.database import surroundings
from grader.database.programs import account, programs, server_version
from grader.errors import OurFault

INITDB_SECONDS = 120
COPY_SECONDS = 300
BUILTIN_LOCALE_FROM = 17
PREFIX, IN_USE = "grader-postgres-", "in-use"
YOUNG_SECONDS = 60.0

# Fixed so that plans and counts depend on nothing but the data: no parallel workers, no JIT, no autovacuum in
# the middle of a measurement. Durability is off because the cluster is thrown away.
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "30",
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "autovacuum": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "temp_file_limit": "2GB",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "log_min_messages": "warning",
}


def edition() -> str:
    """Names the server's version and how it is set: what was made or measured with one is not used with another."""
    digest = hashlib.sha256(repr(sorted(SETTINGS.items())).encode()).hexdigest()
    return f"{server_version(programs())}-{digest[:8]}"


def empty_cluster() -> Path:
    """An initialised data folder to copy from."""
    folder = programs()
    surroundings.forget()
    return made_once(f"cluster-{edition()}-1", lambda target: _initdb(folder, target)) / "data"


def _initdb(folder: Path, target: Path) -> None:
    uid, gid = account()
    data = target / "data"
    data.mkdir(mode=0o700)
    _own(target, uid, gid)
    _own(data, uid, gid)
    command = [str(folder / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    if int(server_version(folder).split(".")[0]) >= BUILTIN_LOCALE_FROM:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--locale=C.UTF-8"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INITDB_SECONDS, check=False, **as_account()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OurFault("E220", f"initdb did not run: {error}") from error
    if done.returncode != 0:
        raise OurFault("E220", f"initdb failed: {done.stderr.strip()[-400:]}", help="`grader doctor` tells more")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())


@contextlib.contextmanager
def copied(source: Path) -> Iterator[Path]:
    """A scratch folder with a copy of the data folder `source` in `data` and an empty `socket`; removed at the end."""
    with scratch_folder() as scratch:
        copy_tree(source, scratch / "data")
        yield scratch


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder with an empty `socket` that PostgreSQL may write to; removed at the end, also after a killed run."""
    uid, gid = account()
    remove_left_behind(Path(tempfile.gettempdir()))
    try:
        scratch = Path(tempfile.mkdtemp(prefix=PREFIX))
        scratch.chmod(0o711)
        (scratch / "socket").mkdir(mode=0o700)
        _own(scratch / "socket", uid, gid)
    except OSError as error:
        raise disk_fault(error, Path(tempfile.gettempdir())) from error
    try:
        with locked(scratch / IN_USE):
            yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def remove_left_behind(folder: Path) -> None:
    """Remove the scratch folders of killed runs: those of ours whose lock nobody holds any more."""
    for scratch in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # not ours, in use, or gone in this moment
            about = scratch.lstat()
            young = time.time() - about.st_mtime < YOUNG_SECONDS  # its lock may be about to be taken
            if about.st_uid != os.geteuid() or not stat.S_ISDIR(about.st_mode) or young:
                continue
            with (scratch / IN_USE).open("r+") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(scratch)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a data folder with owners and modes, sharing blocks where the file system can."""
    done = subprocess.run(
        ["cp", "-a", "--reflink=auto", str(source), str(target)],
        capture_output=True,
        text=True,
        timeout=COPY_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise OurFault(
            "E203",
            f"the data cannot be copied: {done.stderr.strip()[-200:]}",
            help="free some space or set TMPDIR to a place with room",
        )


class RunAs(TypedDict, total=False):
    """Arguments of `subprocess` that choose the user."""

    user: int
    group: int
    extra_groups: list[int]
    cwd: str


def as_account() -> RunAs:
    """Arguments for `subprocess` to run something as PostgreSQL's user; empty when we are not root."""
    if os.geteuid() != 0:
        return {}
    uid, gid = account()
    return {"user": uid, "group": gid, "extra_groups": [], "cwd": "/"}


def _own(path: Path, uid: int, gid: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, uid, gid)
